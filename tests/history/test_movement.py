"""Why scores moved: the effects of what was changed add up to the movement, exactly.

Every change is a transaction of its own, as from a page: that is what the history tells apart.
"""

from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from personas.models import Persona
from personas.services import record_reading
from prioritisation.history import inputs_then, score_changes
from prioritisation.history.reasons import why_moved
from prioritisation.imports.services import import_ratings
from prioritisation.models import Rating, ScoreChange, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.retention import thin_history
from prioritisation.pipeline.transactions import writing
from prioritisation.samples.loader import load_samples
from tests import cast
from tests.faults.scenes import in_thread
from tests.history.editor import Editor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rota():
    """Nurses carry 0.85, the hospital 0.15; nobody's adoption is known, so it counts as half."""
    product = cast.rota(cast.user("alice"))
    rescore(product.pk)
    return product


def movements(product, start, end, ids=None):
    ever = ScoreChange.objects.filter(product=product).values_list("requirement_id", flat=True)
    return score_changes.movements(product, start, end, ids or sorted(set(ever)))[0]


def stored(product):
    """version → {requirement id: the last score that any run up to it wrote}."""
    found, standing = {}, {}
    for run in product.runs.order_by("version"):
        for change in ScoreChange.objects.filter(run=run).order_by("id"):
            standing[change.requirement_id] = change.score
        found[run.version] = dict(standing)
    return found


@pytest.mark.parametrize("seed", range(2))
def test_effects_of_random_edits_add_up_between_any_two_versions(rota, seed):
    Persona.objects.create(product=rota, name="Agency", kind="advertiser")
    editor = Editor(rota, rota.memberships.get().user, seed)
    for _ in range(40):
        for _ in range(editor.chance.randint(1, 3)):
            with transaction.atomic():
                editor.edit()
        rescore(rota.pk)
    scores = stored(rota)

    assert len(scores) > 30
    for _ in range(4):
        start, end = sorted(editor.chance.sample(sorted(scores), 2))
        moved = movements(rota, start, end)
        for pk, after in scores[end].items():
            before = scores[start].get(pk, 0)
            if pk not in moved:
                assert after == before
                continue
            found = moved[pk]
            assert (found.before, found.after, found.unexplained) == (before, after, 0)
            assert sum(effect.by for effect in found.effects) == after - before
            # Of one requirement alone the same is told.
            assert movements(rota, start, end, [pk])[pk] == found


def test_each_change_of_one_run_has_its_own_effect(rota):
    # At first Single sign-on: nurses 0, the hospital 5, seen. Nurses 500, adoption 0.5, so the
    # reach is 0.5, and the score 100 · 0.15 · 1 · 0.5 = 7.5.
    sso = rota.requirements.get(number=2)
    nurse = rota.personas.get(name="Nurse")
    ratings = Rating.objects.filter(requirement=sso, persona=nurse)
    ratings.update(value=5)
    # Nurses 5: 85, and the reach grows to 0.5 + 0.25 · 0.5 = 0.625: 85 + 15 · 0.625 = 94.375.
    with transaction.atomic():
        record_reading(
            persona=nurse,
            observed_on=date(2026, 11, 1),
            installed=90,
            active=10,
            worked_around=0,
            by=None,
        )
    # Adoption (10 + 10 · 0.5) / (90 + 10) = 0.15; reach 0.15 + 0.25 · 0.85 = 0.3625:
    # 85 + 15 · 0.3625 = 90.4375.
    ScoringPolicy.objects.filter(product=rota).update(end_user_say=0.75)
    # 75 + 25 · 0.3625 = 84.0625.
    assert rescore(rota.pk) == 2

    found = movements(rota, 1, 2)[sso.pk]
    assert (found.before, found.after) == (75_000, 840_625)
    assert [effect.by for effect in found.effects] == [868_750, -39_375, -63_750]
    assert found.unexplained == 0


def test_of_two_changes_of_a_row_the_later_counts_though_its_transaction_began_first(rota):
    """Alice's transaction begins; Bob changes the rating and commits; Alice changes it again."""
    sso = rota.requirements.get(number=2)
    ratings = Rating.objects.filter(requirement=sso, persona__name="Nurse")
    with transaction.atomic():
        Rating.objects.filter(requirement__number=1, persona__name="Hospital").update(value=0)
        in_thread(lambda: ratings.update(value=5)).join()
        ratings.update(value=3)
    assert rescore(rota.pk) == 2

    # Nurses 3: 51, and the reach grows to 0.5 + 0.25 · 0.6 · 0.5 = 0.575: 51 + 15 · 0.575 = 59.625.
    found = movements(rota, 1, 2)[sso.pk]
    assert (found.before, found.after, found.unexplained) == (75_000, 596_250, 0)
    assert sum(effect.by for effect in found.effects) == 521_250


def test_only_runs_of_several_causes_that_are_shown_are_replayed(rota, monkeypatch):
    # Else a page would take the longer, the more was changed.
    replayed = []

    def inputs_at(product_id, wanted):
        replayed.extend(wanted)
        return inputs_then.inputs_at(product_id, wanted)

    monkeypatch.setattr(score_changes, "inputs_at", inputs_at)
    swap, sso = rota.requirements.order_by("number")[:2]
    nurse = Rating.objects.filter(persona__name="Nurse")
    for value in (1, 5):
        nurse.filter(requirement=sso).update(value=value)
        rescore(rota.pk)
    nurse.filter(requirement=sso).update(value=2)
    nurse.filter(requirement=swap).update(value=2)  # of another: still one cause
    rescore(rota.pk)
    assert movements(rota, 1, 4, [sso.pk])[sso.pk].effects
    assert replayed == []

    for say in (0.75, 0.85):
        nurse.filter(requirement=sso).update(value=3 if say == 0.75 else 4)
        ScoringPolicy.objects.filter(product=rota).update(end_user_say=say)
        rescore(rota.pk)
    assert len(movements(rota, 5, 6, [sso.pk])[sso.pk].effects) == 2
    assert replayed == [5]


def test_what_another_formula_computed_is_told_apart(rota):
    ScoreChange.objects.filter(requirement_key="ROTA-2").update(score=70_000)
    rota.runs.update(algorithm=0)
    sso = rota.requirements.get(number=2)
    Rating.objects.filter(requirement=sso, persona__name="Nurse").update(value=5)
    rescore(rota.pk)

    found = movements(rota, 1, 2)[sso.pk]
    assert (found.before, found.unexplained) == (70_000, 5_000)
    assert [effect.by for effect in found.effects] == [868_750]


def test_what_a_requirement_had_become_before_it_was_deleted_was_never_stored(rota):
    sso = rota.requirements.get(number=2)
    pk = sso.pk
    Rating.objects.filter(requirement=sso, persona__name="Nurse").update(value=5)
    sso.delete()
    rescore(rota.pk)

    assert movements(rota, 1, 2, [pk]) == {}


# --- in words -------------------------------------------------------------------------------------


def test_a_requirements_page_and_the_api_name_each_cause_and_who_made_it(rota, client):
    alice = rota.memberships.get().user
    client.force_login(alice)
    sso = rota.requirements.get(number=2)
    nurse, hospital = rota.personas.order_by("id")
    Rating.objects.filter(requirement__number=1, persona=nurse).update(value=0)
    send = partial(client.post, content_type="application/json")
    rating = {"persona": nurse.pk, "value": 5, "basis": "asked", "note": "Four of five wards"}
    send(f"/api/v1/requirements/{sso.pk}/ratings/", rating)
    send(f"/api/v1/requirements/{sso.pk}/ratings/", {"persona": hospital.pk, "value": 0})
    rescore(rota.pk)

    # The nurses' 5, asked, adds 85 · 0.8 = 68, and 15 · 0.25 · 0.5 · 0.8 = 1.5 by the reach.
    answer = client.get(f"/api/v1/products/ROTA/movement/?from=1&requirement={sso.pk}").json()
    (moved,) = answer["results"]
    assert (moved["before"], moved["after"]) == (7.5, 68.0)
    assert [(one["points"], one["what"], one["by"], one["reason"]) for one in moved["effects"]] == [
        (69.5, "Nurse: 0 → +5, asked", "alice", "Four of five wards"),
        (-9.0, "Hospital: +5 → 0, seen", "alice", ""),
    ]

    page = client.get("/p/ROTA/requirements/2/").content.decode()
    assert "Nurse: 0 → +5, asked" in page
    assert "Four of five wards" in page

    history = client.get("/p/ROTA/history/?from=1&to=2").context["history"]
    fell, rose = history.comparison.moves
    assert (rose.key, rose.words) == ("ROTA-2", "2 → 1")
    assert [str(cause) for cause in rose.causes] == [
        "+69.5 Nurse: 0 → +5, asked (alice): Four of five wards",
        "−9.0 Hospital: +5 → 0, seen (alice)",
    ]
    # Swap shifts had 85 of the nurses, and 15 · 0.2 · 0.625 of the hospital, now 15 · 0.2 · 0.5.
    assert [str(cause) for cause in fell.causes] == ["−85.4 Nurse: +5 → 0, seen"]


def test_what_one_import_did_to_another_requirement_is_no_cause(rota):
    alice = rota.memberships.get().user
    sheet = "title,status,rating:Nurse\nSwap shifts in two taps,planned,5\nSingle sign-on,,4\n"
    with writing(user=alice, means="import"):
        import_ratings(product=rota, text=sheet, basis="seen", by=alice)
    rescore(rota.pk)

    swap, sso, _dark = rota.requirements.order_by("number").values_list("pk", flat=True)
    moved = why_moved(rota, 1, 2, [swap, sso])
    assert list(moved) == [sso]
    assert [reason.words for reason in moved[sso][1]] == ["Nurse: 0 → +4, seen"]


@pytest.mark.parametrize("query", ["from=9", "to=-1", "from=x", "to=1&from=2", "requirement=1.5"])
def test_versions_that_there_are_not_are_refused(rota, client, query):
    client.force_login(rota.memberships.get().user)
    assert client.get(f"/api/v1/products/ROTA/movement/?{query}").status_code == 400


def test_the_past_of_the_samples_is_told_whole(db):
    for product in load_samples(cast.user("alice")):
        latest = product.runs.latest("version").version
        assert latest > 5
        ids = list(product.requirements.values_list("pk", flat=True))
        found = movements(product, 0, latest, ids)
        assert found
        assert {score_changes.unexplained for score_changes in found.values()} == {0}
        # Each step has causes of its own.
        assert all(len({one.change_id for one in found[pk].effects}) > 1 for pk in list(found)[:3])


# --- in parts -------------------------------------------------------------------------------------


def test_the_api_tells_how_many_moved_and_how_to_get_the_rest(rota, client):
    client.force_login(rota.memberships.get().user)
    ScoringPolicy.objects.filter(product=rota).update(end_user_say=0.75)
    rescore(rota.pk)

    def read(address):
        answer = client.get(address)
        assert answer.status_code == 200
        return answer.json()

    whole = read("/api/v1/products/ROTA/movement/?from=0")
    assert (whole["count"], whole["next"], whole["previous"]) == (2, None, None)
    first = read("/api/v1/products/ROTA/movement/?from=0&limit=1")
    rest = read(first["next"])
    assert (first["count"], rest["count"], rest["next"]) == (2, 2, None)
    assert first["results"] + rest["results"] == whole["results"]
    assert read(rest["previous"])["results"] == first["results"]
    # What moves meanwhile doesn't shift the pages.
    Rating.objects.update(value=2)
    rescore(rota.pk)
    assert read(first["next"])["to_version"] == 2


def test_effects_that_are_too_many_for_one_answer_go_on_in_another(rota, client, monkeypatch):
    monkeypatch.setattr("prioritisation.history.movement_api.MOST_STEPS", 3)
    client.force_login(rota.memberships.get().user)
    sso = rota.requirements.get(number=2)
    for value in (1, 2, 3, 4, 5):
        Rating.objects.filter(requirement=sso, persona__name="Nurse").update(value=value)
        rescore(rota.pk)

    address = f"/api/v1/products/ROTA/movement/?from=0&requirement={sso.pk}"
    told = []
    while address:
        (one,) = client.get(address).json()["results"]
        told.append(one)
        address = one["earlier"]

    assert [[effect["version"] for effect in one["effects"]] for one in told] == [
        [4, 5, 6],
        [1, 2, 3],
    ]
    assert {one["before"] for one in told} == {0}
    assert told[0]["after"] == 94.375
    assert sum(effect["points"] for one in told for effect in one["effects"]) == 94.375


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "offset=-1", "offset=x", "limit=²"])
def test_parts_that_there_are_not_are_refused(rota, client, query):
    client.force_login(rota.memberships.get().user)
    assert client.get(f"/api/v1/products/ROTA/movement/?{query}").status_code == 400


def test_what_is_told_costs_as_many_queries_however_long_the_history(
    rota, django_assert_num_queries
):
    sso = rota.requirements.get(number=2)

    def runs_of_two_causes(count):
        for n in range(count):
            Rating.objects.filter(requirement=sso, persona__name="Nurse").update(value=n % 5)
            say = (0.75, 0.85)[n % 2]
            ScoringPolicy.objects.filter(product=rota).update(end_user_say=say)
            rescore(rota.pk)

    runs_of_two_causes(4)
    with CaptureQueriesContext(connection) as few:
        movements(rota, 1, 5, [sso.pk])
    runs_of_two_causes(8)
    with django_assert_num_queries(len(few)):
        assert len(movements(rota, 1, 13, [sso.pk])[sso.pk].effects) == 23


def test_a_day_that_was_thinned_keeps_all_its_causes(rota):
    sso = rota.requirements.get(number=2)
    for value in (5, 1):
        Rating.objects.filter(requirement=sso, persona__name="Nurse").update(value=value)
        rescore(rota.pk)
    day = timezone.now().replace(hour=9) - timedelta(days=400)
    before = day - timedelta(days=1)
    rota.runs.update(computed_at=day)
    ScoreChange.objects.update(created_at=day)
    rota.runs.filter(version=1).update(computed_at=before)
    ScoreChange.objects.filter(run__version=1).update(created_at=before)
    whole = movements(rota, 1, 3, [sso.pk])[sso.pk]
    assert [(effect.version, effect.by) for effect in whole.effects] == [
        (2, 868_750),
        (3, whole.after - 943_750),
    ]

    assert thin_history() > 0

    assert movements(rota, 1, 3, [sso.pk])[sso.pk] == whole
