"""The pages of scenarios: kept, changed, compared, applied, deleted; who may."""

import pytest
from django.urls import reverse

from prioritisation.models import ProductChange, Scenario, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.ratings.services import record_rating
from prioritisation.weighting.overrides import Otherwise, otherwise_of
from tests.cast import join, scenario, signed_in, user


@pytest.fixture
def client(alice):
    return signed_in(alice)


@pytest.fixture
def bob(rota):
    bob = user("bob")
    join(rota, bob, "contributor")
    return bob


@pytest.fixture
def nurse(rota):
    return rota.personas.get(name="Nurse")


def page(name, *args):
    return reverse(name, args=["ROTA", *args])


def typed(nurse, **given):
    figures = dict.fromkeys(["installed", "active", "worked_around"], "")
    return {
        "name": "Half and half",
        "note": "",
        "end_user_say": "50",
        "people_exponent": "1.0",
        "gap_emphasis": "100",
        "responsiveness": "25",
        "assumed_adoption": "50",
        "assumed_seats": "10",
        **{f"{figure}_{nurse.pk}": value for figure, value in figures.items()},
    } | given


def test_a_scenario_is_kept_and_shown_beside_the_order_now(rota, client, nurse):
    answer = client.post(
        page("scenario_new"), typed(nurse, note="What if", **{f"installed_{nurse.pk}": "490",
        f"active_{nurse.pk}": "490"}), follow=True,
    )  # fmt: skip

    text = answer.content.decode()
    assert "“Half and half” is kept." in text
    assert "End users’ say: 85\u00a0% → 50\u00a0%" in text
    assert "Nurse: 490 of 490 use it" in text
    # 50·1 + 50·0.2·0.9925 and 50·0.99: 59.925 and 49.5, worked in test_scenarios.py's way.
    (places,) = [places for number, _title, places in answer.context["rows"] if number == 2]
    assert places == [("2", "7.5"), ("2", "49.5")]
    assert not ProductChange.objects.exists()


def test_what_leaves_the_order_has_no_place_beside_it(rota, client, alice, nurse):
    """The nurse alone has rated a third: it has no rank where nobody counts the nurse."""
    third = rota.requirements.get(number=3)
    record_rating(product=rota, by=alice, requirement=third, persona=nurse, value=1)
    rescore(rota.pk)
    scenario(rota, by=alice, importances={nurse.pk: 0})

    answer = client.get(page("scenarios"))

    assert answer.status_code == 200
    (places,) = [places for number, _title, places in answer.context["rows"] if number == 3]
    # 85·0.5·1/5, a guess; Single sign-on has 7.5
    assert places == [("2", "8.5"), ("–", "")]


def test_what_is_previewed_is_kept_from_the_panel(rota, client, nurse):
    form = typed(nurse, keep="1", reason="", version="1", seen="", end_user_say="60")

    answer = client.post(page("scenario_new"), form)

    assert answer.status_code == 200
    assert answer.context["form"].initial["end_user_say"] == 0.6
    assert not Scenario.objects.exists()
    assert ScoringPolicy.objects.get(product=rota).end_user_say == 0.85


def test_weights_that_cannot_be_are_not_kept_in_silence(rota, client, nurse):
    form = typed(nurse, keep="1", reason="", version="1", seen="", end_user_say="40")

    answer = client.post(page("scenario_new"), form)

    text = answer.content.decode()
    assert "These weights can’t be kept, so here are today’s." in text
    assert "greater than or equal to 50" in text


def test_a_change_keeps_only_what_is_otherwise(rota, client, alice, nurse):
    hospital = rota.personas.get(name="Hospital")
    kept = scenario(rota, by=alice, importances={hospital.pk: 0}, end_user_say=0.5)

    answer = client.post(page("scenario_edit", kept.pk), typed(nurse, version="1",
        end_user_say="85", responsiveness="40"))  # fmt: skip

    assert answer.status_code == 302
    kept = Scenario.objects.get()
    assert (kept.end_user_say, kept.responsiveness, kept.gap_emphasis) == (None, 0.4, None)
    # The page has no slider for whom it doesn't count, and leaves that as it is.
    assert otherwise_of(kept) == Otherwise({hospital.pk: 0}, {})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "THE HOSPITAL DECIDES"}, "There is already a scenario with this name."),
        ({"name": "x" * 81}, "at most 80 characters"),
        ({"end_user_say": "40"}, "greater than or equal to 50"),
        ({"end_user_say": "nan"}, "Enter a number."),
        ({"assumed_seats": "-1"}, "At least 0."),
        ({"active": "5"}, "How many have it, and how many use it: both or neither."),
        ({"installed": "5", "active": "6"}, "6 use it, but only 5 have it."),
        ({"installed": "5", "active": "4", "worked_around": "5"}, "5 work around it, but 4 use"),
        ({"installed": "2000000000", "active": "1"}, "less than or equal to 1000000000"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(rota, client, alice, nurse, given, message):
    scenario(rota, by=alice)
    figures = {"installed", "active", "worked_around"}
    given = {f"{name}_{nurse.pk}" if name in figures else name: v for name, v in given.items()}

    answer = client.post(page("scenario_new"), typed(nurse, **given))

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert Scenario.objects.count() == 1


def test_two_who_change_one_scenario_see_both(rota, client, alice, nurse):
    kept = scenario(rota, by=alice)
    Scenario.objects.filter(pk=kept.pk).update(end_user_say=0.9, updated_by=alice)

    answer = client.post(page("scenario_edit", kept.pk), typed(nurse, version="1"))

    assert answer.status_code == 409
    labels = [one.label for one in answer.context["form"].conflict.differences]
    assert labels == ["Name", "End users’ say"]
    assert Scenario.objects.get().end_user_say == 0.9
    chosen = typed(nurse, version="2", **{"choose-end_user_say": "theirs"})
    assert client.post(page("scenario_edit", kept.pk), chosen).status_code == 302
    assert (Scenario.objects.get().name, Scenario.objects.get().end_user_say) == (
        "Half and half", 0.9,
    )  # fmt: skip


def test_a_conflict_shows_what_is_left_alone_as_the_product_has_it(rota, client, alice, nurse):
    kept = scenario(rota, by=alice)
    Scenario.objects.filter(pk=kept.pk).update(note="Bob’s.", updated_by=alice)

    answer = client.post(page("scenario_edit", kept.pk), typed(nurse, version="1"))

    (say,) = [
        one for one in answer.context["form"].conflict.differences if one.name == "end_user_say"
    ]
    assert (say.yours, say.theirs, say.keep_theirs) == ("50", "85", False)


def test_one_click_applies_it(rota, client, alice):
    kept = scenario(rota, by=alice, end_user_say=0.7)

    answer = client.post(page("scenario_apply", kept.pk), {"version": kept.version}, follow=True)

    assert "“The hospital decides” is how it is weighed now." in answer.content.decode()
    assert ScoringPolicy.objects.get(product=rota).end_user_say == 0.7
    rescore(rota.pk)


@pytest.mark.parametrize(
    ("say", "version", "message"),
    [(0.6, "1", "Say why in its note"), (0.7, "7", "Somebody has just changed that")],
)
def test_what_is_not_applied_says_why(rota, client, alice, say, version, message):
    kept = scenario(rota, by=alice, end_user_say=say)

    answer = client.post(page("scenario_apply", kept.pk), {"version": version}, follow=True)

    assert message in answer.content.decode()
    assert ScoringPolicy.objects.get(product=rota).end_user_say == 0.85


def test_what_would_change_nothing_is_not_offered_to_be_applied(rota, client, alice, nurse):
    scenario(rota, by=alice)
    scenario(rota, by=alice, name="Every nurse is won", readings={nurse.pk: (490, 490, 0)})

    text = client.get(page("scenarios")).content.decode()

    assert "As it is weighed now." in text
    assert "Apply The hospital decides" not in text
    assert "Apply Every nurse is won" in text
    assert "Applying records the adoption as today’s readings." in text


def test_contributors_keep_their_own_and_apply_none(rota, alice, bob, nurse):
    client, hers = signed_in(bob), scenario(rota, by=alice)

    assert client.post(page("scenario_new"), typed(nurse)).status_code == 302
    own = Scenario.objects.get(created_by=bob)
    assert client.get(page("scenario_edit", own.pk)).status_code == 200
    assert client.get(page("scenario_edit", hers.pk)).status_code == 403
    assert client.post(page("scenario_delete", hers.pk)).status_code == 403
    assert client.post(page("scenario_apply", own.pk), {"version": 1}).status_code == 403
    assert client.post(page("scenario_delete", own.pk)).status_code == 302
    assert list(Scenario.objects.all()) == [hers]


def test_a_preview_follows_the_form_and_writes_nothing(rota, client, alice, nurse):
    kept = scenario(rota, by=alice)

    answer = client.get(page("scenario_preview", kept.pk), typed(nurse, name="", end_user_say="60"))

    # 60·1 + 40·0.2·0.625 = 65, and 40·0.5 = 20.
    assert [line.score for line in answer.context["lines"]] == ["65.0", "20.0"]
    assert client.get(page("scenario_new_preview"), {"end_user_say": "x"}).status_code == 422
    assert Scenario.objects.get().end_user_say is None


def test_nothing_kept_yet_says_what_they_are_for(rota, client):
    assert "No scenario yet" in client.get(page("scenarios")).content.decode()
