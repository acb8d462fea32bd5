"""What the first open release holds."""

import time

import pytest

from prioritisation.planning.cut_line import Candidate, cut_line, why_left


def want(key, effort=1, *needs, **more):
    return Candidate(key, effort, needs, **more)


def test_planned_first_then_must_do_then_by_rank_what_fits():
    line = cut_line(
        [
            want("high", 4),
            want("must", 3, must=True),
            want("low", 1),
            want("built", 2, planned=True),
            want("lower", 1),
        ],
        10,
    )

    assert line.inside == ("built", "must", "high", "low")
    assert line.used == 10
    assert line.over == 0
    assert line.first_left.key == "lower"
    assert line.smaller == ()


def test_of_the_first_that_doesnt_fit_it_says_why_and_of_smaller_ones_that_do():
    line = cut_line([want("a", 3), want("b", 4), want("c", 9), want("d", 2), want("e", 1)], 5)

    assert line.inside == ("a", "d")
    assert line.smaller == ("d",)
    assert why_left(line.first_left, str.upper) == "“B” takes 4; 2 is left."


def test_it_comes_with_everything_that_it_needs_or_not():
    items = [want("a", 2, "b"), want("b", 3, "d"), want("c", 1), want("d", 1)]

    assert cut_line(items, 7).inside == ("d", "b", "a", "c")
    line = cut_line(items, 5)
    assert line.inside == ("d", "b", "c")
    assert line.smaller == ("b", "c")
    assert line.first_left.with_it == ("b", "d")
    assert line.first_left.takes == 6
    assert (
        why_left(line.first_left, str.upper)
        == "“A” takes 6 with “B” and 1 more, which it needs; 5 is left."
    )


def test_what_is_in_already_isnt_counted_twice():
    line = cut_line([want("a", 2, "c"), want("b", 2, "c"), want("c", 1)], 5)

    assert line.inside == ("c", "a", "b")


def test_each_comes_after_what_it_needs_however_the_needs_cross():
    line = cut_line([want("a", 1, "b", "c"), want("b", 1, "c"), want("c", 1, "d"), want("d")], 9)

    assert line.inside == ("d", "c", "b", "a")


def test_what_needs_something_that_is_planned_for_later_waits():
    line = cut_line([want("a", 1, "b"), want("b", 1, "c"), want("c", elsewhere=True)], 5)

    assert line.inside == ()
    assert why_left(line.first_left, str.upper) == "“A” needs “C”, which is planned for later."


def test_what_people_planned_and_must_do_come_with_their_needs_even_where_that_is_too_much():
    line = cut_line(
        [
            want("must", 3, "n", must=True),
            want("built", 2, "late", planned=True),
            want("n", 1),
            want("late", elsewhere=True),
            want("small", 0.1),
        ],
        5,
    )

    assert line.inside == ("built", "n", "must")
    assert line.over == 1
    assert line.late_needs == (("built", "late"),)
    assert why_left(line.first_left, str.upper) == "“SMALL” takes 0.1; 0 is left."


def test_a_must_that_is_planned_for_later_comes_later():
    line = cut_line([want("a", 3, must=True, elsewhere=True)], 5)

    assert (line.inside, line.first_left) == ((), None)


def test_what_does_more_harm_than_good_comes_only_where_it_is_needed():
    harm = want("harm", 1, wanted=False)

    assert cut_line([want("a"), harm], 5).inside == ("a",)
    assert cut_line([want("a", 1, "harm"), harm], 5).inside == ("harm", "a")
    assert cut_line([want("harm", 1, wanted=False, must=True)], 5).inside == ("harm",)


def test_what_has_no_effort_comes_and_is_told():
    line = cut_line([want("a", None), want("b", 5), want("c", 1)], 5)

    assert line.inside == ("a", "b")
    assert line.without_effort == ("a",)
    assert line.used == 5


@pytest.mark.parametrize(("holds", "inside"), [(0.3, ("a", "b")), (0.29, ("a",)), (0, ())])
def test_what_fits_exactly_fits(holds, inside):
    assert cut_line([want("a", 0.1), want("b", 0.2)], holds).inside == inside


def test_without_a_capacity_everything_fits():
    line = cut_line([want("a", 1e6), want("b", 1e6)], None)

    assert line.inside == ("a", "b")
    assert (line.over, line.first_left) == (0, None)


def test_needs_in_a_circle_come_together():
    assert cut_line([want("a", 1, "b"), want("b", 1, "a")], 5).inside == ("b", "a")
    assert cut_line([want("a", 3, "b"), want("b", 3, "a")], 5).inside == ()


def test_thousands_of_needs_in_a_row():
    count = 3_000
    chain = [want(n, 1, *([n + 1] if n < count - 1 else [])) for n in range(count)]

    assert cut_line(chain[-100:], 50).inside == tuple(range(count - 1, count - 51, -1))
    assert len(cut_line(chain, count).inside) == count
    # All but the last fifty need more than there is.
    begun = time.process_time()
    assert len(cut_line(chain, 50).inside) == 50
    assert time.process_time() - begun < 2
