import pytest
from django.test import Client

from personas.models import Persona
from prioritisation.models import ProductChange, Rating, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.ranking.filters import View
from prioritisation.selectors.rankings import ALL_STATUSES, read_ranking
from products.models import Requirement
from tests import cast

pytestmark = pytest.mark.django_db

WHO, PREVIEW = "/p/ROTA/who/", "/p/ROTA/preview/"


@pytest.fixture
def rota():
    """Swap shifts 86.9, Break reminders 17.0, Single sign-on 7.5; Dark mode isn't rated."""
    alice = cast.user("alice")
    product = cast.rota(alice)
    reminders = Requirement.objects.create(product=product, title="Break reminders")
    for persona, value in [("Nurse", 1), ("Hospital", 0)]:
        Rating.objects.create(product=product, requirement=reminders, value=value, basis="seen",
                              persona=product.personas.get(name=persona), rater=alice)  # fmt: skip
    rescore(product.pk)
    return product


@pytest.fixture
def leads(rota):
    """Ward leads, as many people as nurses: half of the end users' say each."""
    return Persona.objects.create(product=rota, name="Lead", kind="end_user", headcount=500)


@pytest.fixture
def viewer(rota):
    return member(rota, "vera", "viewer")


@pytest.fixture
def maintainer(rota):
    return member(rota, "maria", "maintainer")


def member(product, name, role):
    user = cast.user(name)
    cast.join(product, user, role)
    client = Client()
    client.force_login(user)
    return client


def asked(**given):
    return {
        "end_user_say": "85",
        "people_exponent": "1.0",
        "gap_emphasis": "100",
        "responsiveness": "25",
        "assumed_adoption": "50",
        "assumed_seats": "10",
    } | given


def form_of(client, **given):
    """What the panel would post, with some of it changed."""
    form = client.get(WHO).context["form"]
    return asked(version=form["version"].value(), seen=form["seen"].value(), **given)


def lines(answer):
    return {
        line.title: (line.place, line.score, line.change, line.climbed - line.fell)
        for group in answer.context["page"].groups
        for line in group.lines
    }


def test_a_viewer_sees_what_would_change_and_nothing_is_written(viewer, rota):
    answer = viewer.get(PREVIEW, asked(end_user_say="50"))

    # The hospital's half, as far as half of the nurses use it, makes single sign-on 25.0; a fifth
    # of the nurses' half makes break reminders 10.0. Swap shifts: 50 + 50 · 0.2 · 0.625 = 56.25.
    assert lines(answer) == {
        "Swap shifts in two taps": ("1", "56.2", "−30.6", 0),
        "Single sign-on": ("2", "25.0", "+17.5", 1),
        "Break reminders": ("3", "10.0", "−7.0", -1),
        "Dark mode": ("–", "–", "", 0),
    }
    page = answer.content.decode()
    assert "Preview, not saved" in page
    assert "2 would move" in page
    assert "It takes 5 points more" in page
    assert not ProductChange.objects.exists()
    assert ScoringPolicy.objects.get().version == 1


def test_a_preview_is_what_a_rescore_then_stores(viewer, maintainer, rota, leads):
    given = {"end_user_say": "62", f"share_{leads.pk}": "20", "reason": "Renewals"}
    previewed = viewer.get(PREVIEW, asked(**given)).context["page"]
    saved = maintainer.post(WHO, form_of(maintainer, **given))
    rescore(rota.pk)

    assert saved.status_code == 200
    stored = viewer.get("/p/ROTA/").context["page"]
    assert [bars(group) for group in stored.groups] == [bars(group) for group in previewed.groups]
    assert stored.who == previewed.who


def bars(group):
    return [(line.title, line.place, line.score, line.bar, line.evidence) for line in group.lines]


def test_weights_as_they_are_preview_nothing(viewer, rota):
    rows = read_ranking(rota, statuses=ALL_STATUSES, only_ranked=False).rows

    answer = viewer.get(PREVIEW, asked())

    page = answer.content.decode()
    assert "Preview, not saved" not in page
    assert "would move" not in page
    assert [line for group in answer.context["page"].groups for line in group.lines]
    assert lines(answer).keys() == {row.title for row in rows}


def test_a_preview_keeps_the_filter_and_the_order(viewer, rota):
    answer = viewer.get(PREVIEW, asked(end_user_say="50", q="sign", order="value_for_effort"))

    assert list(lines(answer)) == ["Single sign-on"]
    assert answer.context["page"].view == View(order="value_for_effort", search="sign")
    assert answer.headers["HX-Replace-Url"] == "?order=value_for_effort&q=sign"


def test_a_poll_of_a_preview_is_204_until_something_changes(viewer, rota):
    have = viewer.get(PREVIEW, asked(end_user_say="50")).context["validator"]
    assert viewer.get(PREVIEW, asked(end_user_say="50", have=have)).status_code == 204

    Rating.objects.filter(requirement__title="Break reminders").update(value=5)

    answer = viewer.get(PREVIEW, asked(end_user_say="50", have=have))
    # Before any rescore: the preview is scored from the inputs as they are now.
    assert lines(answer)["Break reminders"][1] == "81.2"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"end_user_say": "x"}, "Enter a number"),
        ({"end_user_say": "nan"}, "Enter a number"),
        ({"end_user_say": "\0"}, "Enter a number"),
        ({"end_user_say": "96"}, "less than or equal to 95"),
        ({"people_exponent": "2"}, "Select a valid choice"),
        ({"assumed_seats": "-1"}, "At least 0"),
        ({"share": "0"}, "greater than or equal to 0.01"),
        ({"share": "100"}, "nothing for the others"),
        ({"share": "1e99"}, "less than or equal to 100"),
    ],
)
def test_bad_numbers_get_messages_and_leave_the_ranking(viewer, leads, given, message):
    if "share" in given:
        given = {f"share_{leads.pk}": given["share"]}

    answer = viewer.get(PREVIEW, asked(**given))

    assert answer.status_code == 422
    assert answer.headers["HX-Reswap"] == "none"
    assert message in answer.content.decode()


def test_a_saved_share_is_stored_as_the_importance_it_implies(maintainer, rota, leads):
    answer = maintainer.post(WHO, form_of(maintainer, **{f"share_{leads.pk}": "20"}))

    assert "Saved." in answer.content.decode()
    leads.refresh_from_db()
    nurse = rota.personas.get(name="Nurse")
    assert (nurse.importance, leads.importance) == (1, pytest.approx(0.25))
    assert leads.updated_by.username == "maria"


def test_shares_that_nobody_moved_leave_importances_alone(maintainer, rota, leads):
    shown = maintainer.get(WHO).context["form"].end_users[1]
    given = {"end_user_say": "80", f"share_{leads.pk}": shown.percent, "people_exponent": "0.0"}

    maintainer.post(WHO, form_of(maintainer, **given))

    assert set(rota.personas.values_list("importance", flat=True)) == {1}
    assert ScoringPolicy.objects.get().people_exponent == 0


def test_under_two_thirds_a_reason_is_needed_to_save_not_to_look(maintainer, rota):
    assert maintainer.get(PREVIEW, asked(end_user_say="60")).status_code == 200

    refused = maintainer.post(WHO, form_of(maintainer, end_user_say="60"))

    assert refused.status_code == 422
    assert "needs a reason" in refused.content.decode()
    assert ScoringPolicy.objects.get().end_user_say == 0.85


def test_of_two_who_move_shares_the_later_one_sees_both_and_chooses(maintainer, rota, leads):
    share = f"share_{leads.pk}"
    mine = form_of(maintainer, **{share: "30"})
    maintainer.post(WHO, form_of(maintainer, **{share: "20"}))

    conflict = maintainer.post(WHO, mine)

    assert conflict.status_code == 409
    (difference,) = conflict.context["form"].conflict.differences
    assert (difference.label, difference.yours, difference.theirs) == ("Lead’s share", "30", "20")
    leads.refresh_from_db()
    assert leads.importance == pytest.approx(0.25)
    again = form_of(maintainer, **{share: "30", f"choose-{share}": "yours"})
    assert maintainer.post(WHO, again).status_code == 200
    leads.refresh_from_db()
    assert leads.importance == pytest.approx(3 / 7)


def test_a_viewer_is_offered_no_save(viewer, rota):
    page = viewer.get(WHO).content.decode()

    assert "Discard" in page
    assert "Save" not in page


def test_a_product_without_payers_or_without_end_users_has_a_panel(viewer, rota):
    Persona.objects.filter(kind="procurer").delete()
    assert "end users have all the say" in viewer.get(WHO).content.decode()
    assert viewer.get(PREVIEW, asked(end_user_say="60")).status_code == 200

    Persona.objects.all().delete()
    assert viewer.get(WHO).status_code == 200
    assert viewer.get(PREVIEW, asked(end_user_say="60")).status_code == 200
