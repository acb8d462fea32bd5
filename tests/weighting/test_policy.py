import pytest

from personas.models import Persona
from prioritisation.models import ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.scoring.formula import Policy
from prioritisation.weighting.sentences import sentences
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota(client):
    alice = cast.user("alice")
    client.force_login(alice)
    return cast.rota(alice)


def plain(**given):
    return {
        "end_user_say": "85",
        "people_exponent": "1.0",
        "gap_emphasis": "100",
        "responsiveness": "25",
        "assumed_adoption": "50",
        "assumed_seats": "10",
        "reason": "",
        "version": "1",
    } | given


def save(client, **given):
    return client.post("/p/ROTA/weighed/", plain(**given))


def stored():
    return ScoringPolicy.objects.get()


def test_the_page_shows_shares_in_percent(client, rota):
    page = client.get("/p/ROTA/weighed/").content.decode()

    assert 'name="end_user_say" value="85"' in page


def test_a_policy_is_saved_with_its_reason_and_listed(client, rota):
    response = save(client, end_user_say="70", people_exponent="0.5", reason="Renewals are near")

    assert response.status_code == 302
    policy = stored()
    assert (policy.end_user_say, policy.people_exponent) == (0.7, 0.5)
    versions = client.get("/p/ROTA/weighed/").context["versions"]
    assert [(v.end_user_say, v.reason) for v in versions] == [
        (0.7, "Renewals are near"),
        (0.85, ""),
    ]
    assert versions[0].who == "alice"


@pytest.mark.django_db(transaction=True)
def test_a_save_of_shares_alone_is_listed_with_what_it_moved(client, rota):
    leads = Persona.objects.create(product=rota, name="Lead", kind="end_user", headcount=500)
    rescore(rota.pk)
    form = client.get("/p/ROTA/weighed/").context["form"]

    shares = {f"share_{leads.pk}": "20", "seen": form["seen"].value()}
    assert save(client, **shares).status_code == 302

    last, first = client.get("/p/ROTA/weighed/").context["versions"]
    assert (last.who, last.reason, last.end_user_say) == ("alice", "", 0.85)
    assert last.shares == ["Lead"]  # by how much is known once it is in the scores
    assert first.shares == []
    rescore(rota.pk)
    page = client.get("/p/ROTA/weighed/")
    assert page.context["versions"][0].shares == ["Nurse 50 → 80\u00a0%", "Lead 50 → 20\u00a0%"]
    assert "Saved by alice on" in page.content.decode()

    # Both at once are one save; nobody else's later edits of a persona are any.
    form = client.get("/p/ROTA/weighed/").context["form"]
    shares = {f"share_{leads.pk}": "60", "seen": form["seen"].value()}
    version = form["version"].value()
    save(client, version=version, end_user_say="70", reason="Leads decide", **shares)
    rescore(rota.pk)
    Persona.objects.filter(pk=leads.pk).update(headcount=400)
    Persona.objects.filter(name="Hospital").update(importance=0)
    rescore(rota.pk)

    hospital, both, _last, _first = client.get("/p/ROTA/weighed/").context["versions"]
    assert (both.end_user_say, both.reason) == (0.7, "Leads decide")
    assert both.shares == ["Nurse 80 → 40\u00a0%", "Lead 20 → 60\u00a0%"]
    assert hospital.shares == ["Hospital 100\u00a0% → not counted"]
    assert hospital.end_user_say == 0.7


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"end_user_say": "40"}, "end_user_say"),
        ({"end_user_say": "0.4"}, "end_user_say"),
        ({"end_user_say": "96"}, "end_user_say"),
        ({"end_user_say": "nan"}, "end_user_say"),
        ({"end_user_say": "inf"}, "end_user_say"),
        ({"end_user_say": ""}, "end_user_say"),
        ({"end_user_say": "8" * 400}, "end_user_say"),
        ({"people_exponent": "0.3"}, "people_exponent"),
        ({"people_exponent": "nan"}, "people_exponent"),
        ({"gap_emphasis": "101"}, "gap_emphasis"),
        ({"responsiveness": "-1"}, "responsiveness"),
        ({"assumed_adoption": "x"}, "assumed_adoption"),
        ({"assumed_seats": "-1"}, "assumed_seats"),
        ({"assumed_seats": "1e300"}, "assumed_seats"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": "a\0b"}, "reason"),
        ({"end_user_say": "60"}, "reason"),
        ({"end_user_say": "66.6"}, "reason"),
    ],
)
def test_a_bad_policy_gets_a_message_beside_its_field(client, rota, given, wrong):
    response = save(client, **given)

    assert response.status_code == 422
    assert wrong in response.context["form"].errors
    assert stored().version == 1


def test_two_thirds_need_no_reason(client, rota):
    assert save(client, end_user_say="66.67").status_code == 302


def test_of_two_editors_the_later_one_sees_both_and_chooses(client, rota):
    save(client, end_user_say="80")

    conflict = save(client, end_user_say="75")

    assert conflict.status_code == 409
    (difference,) = conflict.context["form"].conflict.differences
    assert (difference.yours, difference.theirs) == ("75", "80")
    assert stored().end_user_say == 0.8
    assert save(client, end_user_say="75", version="2").status_code == 302
    assert stored().end_user_say == 0.75


def test_a_conflict_shows_choices_by_their_names(client, rota):
    save(client, people_exponent="0.5")

    (difference,) = save(client).context["form"].conflict.differences

    assert (difference.yours, difference.theirs) == ("By people", "Damped")


def test_a_preview_tells_what_stands_in_the_form(client, rota):
    page = client.get("/p/ROTA/weighed/preview/", plain(end_user_say="78"))

    assert [part["width"] for part in page.context["mix"]] == [78, 22]
    assert "a bit over a quarter" in page.content.decode()
    assert "no longer outweighs" in page.content.decode()
    assert "The order would be" in page.content.decode()
    assert stored().version == 1


@pytest.mark.parametrize("say", ["", "\0", "nan", "40", "8" * 400])
def test_a_preview_of_a_bad_number_says_so(client, rota, say):
    page = client.get("/p/ROTA/weighed/preview/", plain(end_user_say=say))

    assert page.status_code == 422
    assert "End users’ say" in page.content.decode()


@pytest.mark.parametrize(
    ("say", "words", "holds"),
    [
        (0.85, "about a sixth", True),  # 15 : 85 = .176
        (0.95, "about a twentieth", True),
        (0.88, "about a seventh", True),  # 12 : 88 = .136
        (0.84, "about a fifth", True),
        (0.83, "about a fifth", False),
        (0.8, "about a quarter", False),
        (0.75, "about a third", False),
        (0.5, "about all", False),
    ],
)
def test_the_policy_in_words(say, words, holds):
    told = sentences(Policy(end_user_say=say))

    assert words in told.score
    assert told.holds == holds


def test_the_rule_tells_how_many_points_it_takes():
    # At λ = .75 payers can add (1 − λ)/λ · 5 = 1.67 points' worth.
    assert "It takes 1.7" in sentences(Policy(end_user_say=0.75)).rest


def test_contributors_read_and_maintainers_save(client, rota):
    for name, role, status in [("bob", "contributor", 403), ("maria", "maintainer", 302)]:
        member = cast.user(name)
        cast.join(rota, member, role)
        client.force_login(member)
        assert client.get("/p/ROTA/weighed/").status_code == 200
        assert save(client, end_user_say="80", version=stored().version).status_code == status


def test_a_stranger_gets_404_and_anonymous_must_sign_in(client, rota):
    client.force_login(cast.user("mallory"))
    assert client.get("/p/ROTA/weighed/").status_code == 404
    assert save(client).status_code == 404

    client.logout()
    assert client.get("/p/ROTA/weighed/").status_code == 302
