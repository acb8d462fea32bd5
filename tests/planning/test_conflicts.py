"""Demands that can't hold together are named, in plain words."""

import pytest

from prioritisation.planning.conflicts import sentence
from prioritisation.planning.problem import Problem
from prioritisation.planning.solver import solve, why_not
from tests.planning.cases import BY_HAND, POINT, conflicts, item, planned

RELEASES = ["1.0", "1.1", "1.2"]


def said(*items, **more):
    return [sentence(c, str.upper, RELEASES.__getitem__) for c in conflicts(*items, **more)]


def test_needs_in_a_circle():
    circle = item("a", needs=("b",)), item("b", needs=("c",)), item("c", needs=("a",))

    assert said(*circle) == [
        "“A” needs “B”, which needs “C”, which needs “A”: none of them can come first."
    ]
    assert said(item("a", needs=("a",))) == ["“A” needs “A”: none of them can come first."]


def test_a_large_circle_names_four():
    circle = [item(f"n{k}", needs=(f"n{(k + 1) % 2000}",)) for k in range(2000)]

    assert said(*circle) == [
        "“N0” needs “N1”, which needs “N2”, which needs “N3”, which needs “N0”, and 1996 more"
        " between: none of them can come first."
    ]


def test_pinned_to_two_releases():
    assert said(item("a"), holds=[9, 9], pins=[("a", 1), ("a", 0)]) == [
        "“A” is pinned to both 1.0 and 1.1."
    ]


def test_a_must_before_any_release():
    assert said(item("a", must_by=-1)) == ["“A” must be done before any release is out."]
    assert said(item("a", must_by=0), holds=[]) == ["“A” must be done before any release is out."]


def test_a_must_without_an_effort():
    assert said(item("a", effort=None, must_by=0)) == ["“A” must be done, but has no effort."]
    assert said(item("a", must_by=0, needs=("b",)), item("b", effort=None)) == [
        "“A” must be done and needs “B”, which has no effort."
    ]


def test_a_must_that_is_pinned_too_late():
    assert said(item("a", must_by=0), holds=[9, 9], pins=[("a", 1)]) == [
        "“A” must be done by 1.0, but is pinned to 1.1."
    ]


def test_an_item_that_needs_one_pinned_later():
    items = item("a", needs=("b",)), item("b", needs=("c",)), item("c")

    assert said(*items, holds=[9, 9], pins=[("a", 0), ("c", 1)]) == [
        "“A” must be done by 1.0, but needs “C”, which is pinned to 1.1."
    ]


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        ([4, 9], "What must be done or is pinned takes 5.5 of 1.0, but it holds 4: 1.5 too much."),
        (
            [6, 1],
            "What must be done or is pinned takes 8 of 1.0 to 1.1, but together they hold 7: 1 too"
            " much.",
        ),
    ],
)
def test_more_than_releases_hold_and_by_how_much(holds, words):
    items = item("a", effort=5.5, must_by=0), item("b", effort=2.5, must_by=1), item("c")

    assert said(*items, holds=holds) == [words]


def test_what_is_too_much_for_one_release_isnt_told_again_of_several():
    items = item("a", effort=5.5, must_by=0), item("b", effort=2.5, must_by=1)

    (conflict,) = conflicts(*items, holds=[4, 1])

    assert conflict.places == (0,)


def test_more_is_pinned_to_a_release_than_it_holds():
    pins = [("a", 1), ("b", 1)]

    (conflict,) = conflicts(item("a"), item("b", effort=0.3), holds=[9, 1.2], pins=pins)

    assert (conflict.keys, conflict.places) == (("a", "b"), (1,))
    assert conflict.excess == 0.1


def test_what_a_must_needs_counts():
    items = item("a", effort=2, must_by=0, needs=("b",)), item("b", effort=2)

    assert conflicts(*items, holds=[3, 9])[0].keys == ("a", "b")


def test_a_hair_too_much_is_said_to_be_more_than_nought():
    assert said(item("a", effort=4.001, must_by=0), holds=[4])[0].endswith(": under 0.01 too much.")


def test_larger_than_every_release_that_it_may_be_in():
    assert said(item("a", effort=5, must_by=1), holds=[3, 4, 9]) == [
        "“A” takes 5, but no release that it may be in holds more than 4: 1 too much."
    ]


def test_fitting_in_sum_but_not_piece_by_piece():
    musts = [item(letter, effort=3, must_by=1) for letter in "abc"]

    assert said(*musts, holds=[5, 5]) == [
        "What must be done or is pinned fits into the releases together, but not piece by piece:"
        " however it is divided, at least 1 is too much."
    ]
    assert said(*musts, holds=[5, 5], protected=["nurses"], share=0.5) == said(*musts, holds=[5, 5])


def test_nobody_left_out_by_more_than_all_can_have():
    items = [item(name, 5, 1, gains={name: 5 * POINT}) for name in ("nurses", "managers")]
    everybody = {"protected": ["nurses", "managers"], "holds": [1, 1]}

    assert said(*items, **everybody, share=1) == [
        "No plan gives everybody 100\u00a0% of the most that they could get; 90\u00a0% can be had."
    ]
    assert len(planned(*items, **everybody, share=0.9)) == 2


def test_each_of_several_is_named():
    found = said(
        item("a", must_by=0, needs=("c",)),
        item("b", effort=None, must_by=0),
        item("c"),
        holds=[9, 9],
        pins=[("c", 1)],
    )

    assert found == [
        "“A” must be done by 1.0, but needs “C”, which is pinned to 1.1.",
        "“B” must be done, but has no effort.",
    ]


def test_why_not_names_what_stands_in_the_way():
    problem = Problem([*BY_HAND.items, item("huge", 99, 7)], [4, 2])

    (conflict,) = why_not(problem, solve(problem).best, "huge").conflicts

    assert conflict.kind == "too much"
    assert conflict.excess == 1
