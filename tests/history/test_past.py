"""What the replay says of a version is what that version stored."""

from datetime import timedelta

import pytest

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
from prioritisation.selectors.past_rankings import (
    ranking_at,
    rankings_at,
    runs_around,
    scores_at,
    titles_of,
    versions_at,
)
from prioritisation.selectors.rankings import read_ranking
from products.services import delete_requirement
from tests import cast
from tests.history.editor import Editor

pytestmark = pytest.mark.django_db


def stored(product):
    """What is ranked now, as the pages read it."""
    rows = read_ranking(product).rows
    return [(row.requirement_id, row.key, row.rank, row.score) for row in rows]


def replayed(places):
    return [(one.requirement_id, one.key, one.rank, one.score) for one in places]


@pytest.mark.parametrize("seed", range(3))
def test_each_version_is_replayed_as_it_was_stored(rota, alice, seed):
    Persona.objects.create(product=rota, name="Agency", kind="advertiser")
    editor, then = Editor(rota, alice, seed), {1: stored(rota)}
    for _ in range(40):
        for _ in range(editor.chance.randint(1, 3)):
            editor.edit()
        if version := rescore(rota.pk):
            then[version] = stored(rota)

    assert len(then) > 30
    found = rankings_at(rota, then)
    assert {version: replayed(places) for version, places in found.items()} == then
    for version in editor.chance.sample(sorted(then), 5):
        assert replayed(ranking_at(rota, version)) == then[version]
    assert ranking_at(rota, 0) == []


def test_what_was_deleted_keeps_its_place_in_the_past_and_its_title(rota):
    sso = rota.requirements.get(number=2)
    pk = sso.pk
    delete_requirement(sso)
    version = rescore(rota.pk)

    assert [one.key for one in ranking_at(rota, 1)] == ["ROTA-1", "ROTA-2"]
    assert [one.key for one in ranking_at(rota, version)] == ["ROTA-1"]
    assert titles_of(rota, {pk}) == {pk: ("Single sign-on", False)}


def test_of_some_requirements_only_their_scores_are_read(rota):
    swap, sso = rota.requirements.order_by("number").values_list("pk", flat=True)[:2]

    # Nurses 5 seen of 85 %, the hospital 1 of 15 % as far as 62.5 % use it; then 7.5 of the 15.
    assert scores_at(rota, [0, 1], [swap]) == {0: {}, 1: {swap: 868_750}}
    assert scores_at(rota, [1], [swap, sso]) == {1: {swap: 868_750, sso: 75_000}}
    assert scores_at(rota, [1], []) == {1: {}}


def test_another_product_has_its_own_past(rota, alice):
    other = cast.create_product(name="Other", owner=alice)

    assert (ranking_at(other, 1), runs_around(other)) == ([], None)
    first, last = runs_around(rota)
    assert first == last
    assert versions_at(rota, [first.at - timedelta(days=1), first.at]) == [0, 1]
