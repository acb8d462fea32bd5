import pytest

from personas.models import Persona
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


def fields(**given):
    plain = {"name": "Locum", "kind": "end_user", "headcount": "40", "importance": "1"}
    return plain | {"quote": "", "goals": "", "frustrations": "", "summary": ""} | given


def add(client, **given):
    return client.post("/p/ROTA/personas/new/", fields(**given))


def edit(client, persona, **given):
    given = {"version": persona.version} | given
    return client.post(f"/p/ROTA/personas/{persona.pk}/", fields(**given))


def test_an_end_user_who_comes_after_the_first_rating_isnt_counted_until_one_says_so(client, rota):
    add(client)
    locum = rota.personas.get(name="Locum")
    assert locum.importance == 0

    client.post(f"/p/ROTA/personas/{locum.pk}/count/")

    locum.refresh_from_db()
    assert locum.importance == 1

    # Who counts already keeps what they were given.
    rota.personas.filter(pk=locum.pk).update(importance=0.25)
    client.post(f"/p/ROTA/personas/{locum.pk}/count/")
    locum.refresh_from_db()
    assert locum.importance == 0.25


def test_a_payer_counts_from_the_first(client, rota):
    add(client, name="Agency", kind="advertiser", headcount="")

    agency = rota.personas.get(name="Agency")
    assert (agency.importance, agency.headcount) == (1, None)


def test_the_page_says_what_counting_a_new_end_user_would_do(client, rota):
    add(client, name="Porter", headcount="1")
    # With 100,000 of them nurses would have .4 % of the say: what the hospital wants comes first.
    add(client, name="Locum", headcount="100000")

    found = client.get("/p/ROTA/personas/").context["gallery"].uncounted

    assert [(one.persona.name, one.unrated, one.top_would_change) for one in found] == [
        ("Porter", 3, False),
        ("Locum", 3, True),
    ]
    # The two that are ranked change places.
    assert found[1].comes_in == []


def test_the_page_names_what_would_come_into_the_top_three(client, rota):
    nurse = rota.personas.get(name="Nurse")
    add(client, name="Locum", headcount="100000")
    rate = rota.requirements.create(product=rota, title="One calendar"), nurse, 1
    more = rota.requirements.get(number=3), nurse, 2
    for requirement, persona, value in [rate, more, (rate[0], rota.personas.get(name="Locum"), 5)]:
        requirement.ratings.create(product=rota, persona=persona, value=value, basis="seen")

    (locum,) = client.get("/p/ROTA/personas/").context["gallery"].uncounted

    # Swap 85 + …, Dark mode 34, One calendar 17, Single sign-on 7.5: it is in the top three now,
    # and first once 100,000 say 5; what the nurses want counts for half a percent then.
    assert (locum.top_would_change, locum.unrated) == (True, 3)
    assert locum.comes_in == ["Single sign-on"]


def test_shares_of_the_say_follow_the_formula(client, rota):
    # λ .85 over 501 people of the same adoption: .85 · 500/501 and .85/501; the rest for payers.
    Persona.objects.create(product=rota, name="Surgeon", kind="end_user", headcount=1)

    page = client.get("/p/ROTA/personas/")

    shares = {one.persona.name: round(one.share, 4) for one in page.context["gallery"].portraits}
    assert shares == {"Nurse": 0.8483, "Surgeon": 0.0017, "Hospital": 0.15}
    text = page.content.decode()
    assert "Nothing wanted by Surgeon alone can reach the top: they carry 0.2\u00a0%." in text


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"name": "Nurse"}, "name"),
        ({"name": "x" * 1_000_000}, "name"),
        ({"name": "a\0"}, "name"),
        ({"kind": "robot"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"headcount": "0"}, "headcount"),
        ({"headcount": "2.5"}, "headcount"),
        ({"headcount": "9" * 5_000}, "headcount"),
        ({"headcount": "nan"}, "headcount"),
        ({"quote": "x" * 501}, "quote"),
        ({"goals": "a\0b"}, "goals"),
    ],
)
def test_a_bad_persona_gets_a_message_beside_its_field(client, rota, given, wrong):
    response = add(client, **given)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [wrong]
    assert rota.personas.count() == 2


@pytest.mark.parametrize("importance", ["-1", "nan", "inf", "1001", "1e-9", "", "x"])
def test_an_importance_is_none_or_up_to_a_thousand(client, rota, importance):
    nurse = rota.personas.get(name="Nurse")

    response = edit(client, nurse, name="Nurse", importance=importance)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["importance"]
    nurse.refresh_from_db()
    assert nurse.importance == 1


def test_of_two_editors_the_later_one_sees_both(client, rota):
    nurse = rota.personas.get(name="Nurse")
    edit(client, nurse, name="Nurse", headcount="600")

    response = edit(client, nurse, name="Nurse", headcount="700")

    assert response.status_code == 409
    (difference,) = response.context["form"].conflict.differences
    assert (difference.name, difference.yours, difference.theirs) == ("headcount", "700", "600")
    nurse.refresh_from_db()
    assert nurse.headcount == 600


def test_a_persona_is_deleted_after_a_look(client, rota):
    nurse = rota.personas.get(name="Nurse")

    assert "2 ratings" in client.get(f"/p/ROTA/personas/{nurse.pk}/delete/").content.decode()
    client.post(f"/p/ROTA/personas/{nurse.pk}/delete/")

    assert [persona.name for persona in rota.personas.all()] == ["Hospital"]


def test_a_persona_of_another_product_is_not_found(client, rota):
    other = cast.create_product(name="Other", owner=cast.user("bob"))
    theirs = Persona.objects.create(product=other, name="Theirs", kind="end_user")

    for address in ("", "delete/", "count/", "readings/"):
        assert client.post(f"/p/ROTA/personas/{theirs.pk}/{address}").status_code == 404
    assert Persona.objects.filter(pk=theirs.pk, importance=1).exists()


@pytest.mark.parametrize(("role", "status"), [("viewer", 403), ("contributor", 403)])
def test_only_maintainers_edit_personas(client, rota, role, status):
    bob = cast.user("bob")
    cast.join(rota, bob, role)
    client.force_login(bob)
    nurse = rota.personas.get(name="Nurse")

    assert client.get("/p/ROTA/personas/").status_code == 200
    assert add(client).status_code == status
    assert edit(client, nurse).status_code == status
    assert client.post(f"/p/ROTA/personas/{nurse.pk}/delete/").status_code == status


def test_a_stranger_gets_404(client, rota):
    client.force_login(cast.user("mallory"))

    assert client.get("/p/ROTA/personas/").status_code == 404
    assert add(client).status_code == 404


def test_anonymous_must_sign_in(client, rota):
    client.logout()

    assert client.get("/p/ROTA/personas/").status_code == 302
