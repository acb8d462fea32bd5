import pytest

from prioritisation.presentation.charts.axis import Axis
from prioritisation.presentation.charts.value_map import (
    LOVED,
    LOVED_PAID,
    MOST,
    NEITHER,
    PAID,
    chart,
)
from tests.ranking.ranking_pages import AGENCY, HOSPITAL, LEAD, NURSE, Row, ranking


def row(number, users=0, payers=0, lost=0, **fields):
    """What nurses and the hospital add, and what the hospital loses to reach, in points."""
    return rowing(number, {NURSE: users, HOSPITAL: payers}, {HOSPITAL: lost}, **fields)


def rowing(number, adds, lost, **fields):
    score = round(sum(adds.values()) * 10_000)
    fields = {"rank": number, "effort": 4, "title": f"Title {number}"} | fields
    if fields["effort"] and score > 0:
        fields.setdefault("value_for_effort", score / 10_000 / fields["effort"])
    return Row(
        number,
        contributions={persona: round(value * 10_000) for persona, value in adds.items()},
        unrealised={persona: round(value * 10_000) for persona, value in lost.items()},
        score=score,
        answered=1,
        **fields,
    )


def bubbles(found):
    return {bubble.row.number: bubble for bubble in found.bubbles}


def test_users_value_is_theirs_alone_and_payers_value_is_before_reach():
    adds = {NURSE: 40, LEAD: 2.5, HOSPITAL: 2, AGENCY: -1.5}
    (one,) = chart(ranking(rowing(1, adds, {HOSPITAL: 4, AGENCY: 0}))).items

    # 42.5 of the users' 85; of the payers' 15: 2 + 4 that reach takes away − 1.5.
    assert (round(one.users, 6), round(one.payers, 6)) == (50, 30)
    assert one.words == "end users 50, buyers and sponsors 30, 4\u00a0days"


@pytest.mark.parametrize(
    ("users", "payers", "lost", "corner"),
    [
        (17, 1, 2, LOVED_PAID),
        (17, 0, 0, LOVED),
        (17, -3, 0, LOVED),
        (0, 0, 3, PAID),  # shelfware: nobody uses it, so all that it is worth is lost
        (-17, 3, 1, PAID),
        (0, 0, 0, NEITHER),
        (-17, -3, 0, NEITHER),
    ],
)
def test_the_corner_is_who_wants_it(users, payers, lost, corner):
    found = chart(ranking(row(1, users, payers, lost)))

    assert [one.row.number for one in named(found, corner)] == [1]
    assert sum(len(one.items) for one in found.corners) == 1


def named(found, name):
    return next(one.items for one in found.corners if one.name == name)


def test_the_area_of_a_bubble_goes_with_effort_and_large_ones_lie_below():
    rows = [row(1, 80, effort=3), row(2, 60, effort=12), row(3, 40, effort=0.01)]
    found = chart(ranking(*rows, row(4, 20, effort=None)))

    # A quarter of the effort is half of the radius; what is tiny can still be seen.
    assert [(one.row.number, one.r, one.dashed) for one in found.bubbles] == [
        (2, 21, False),
        (4, 13, True),
        (1, 10.5, False),
        (3, 7, False),
    ]


def test_bubbles_stand_on_axes_that_span_the_values_and_zero():
    found = chart(ranking(row(1, 85, 0, 9), row(2, -42.5, 0, 0, flags=["harms"])))

    # x from −50 to 100 and 5 % more on both sides: −57.5 … 107.5, over 4.5 … 98.5 % of the width.
    # y from 0 to 60, 10 % more above, and as much below zero that it is a tenth of the whole:
    # −7.333 … 66, over 552 … 30.
    one, two = bubbles(found)[1], bubbles(found)[2]
    assert (one.x, one.y) == ("94.23%", 72.7)
    assert (two.x, two.y) == ("8.77%", 499.8)
    assert found.zero == ("37.26%", 499.8)
    assert (two.harm, one.harm) == (True, False)
    assert two.words.endswith(", harms somebody")
    assert [label for _, label in found.x_ticks] == ["−50", "0", "50", "100"]
    assert [label for _, label in found.y_ticks] == ["0", "25", "50"]


def test_an_axis_leaves_room_on_both_sides_of_zero():
    axis = Axis.over([0, 50], below=0.2, above=0.1)

    assert (axis.low, axis.high) == (-13.125, 52.5)  # a fifth of 65.625
    assert Axis.over([], below=0.2, above=0.1).high > 0
    assert Axis.over([-7], below=0.2, above=0.1).high > 0


def test_by_effort_the_middle_value_for_effort_parts_more_from_less():
    rows = [row(1, 60, effort=2), row(2, 50, effort=5), row(3, 40, effort=20)]
    rows += [row(4, 30, effort=None), row(5, -10, effort=1)]

    found = chart(ranking(*rows), by_effort=True)

    assert {one.name: [item.row.number for item in one.items] for one in found.corners} == {
        "Most value per day": [1, 2],  # 30 and 10 a day; the third has 2
        "Less value per day": [3],
        "Not estimated": [4],
        "No value": [5],
    }
    assert 4 not in bubbles(found)
    # x −0.4286 … 21 (a fiftieth below zero), y from −10 to 60, 10 % of 70 on both sides: the ray
    # of 10 a day leaves by the top at 67, after 6.7 days.
    assert found.ray == ("35.77%", 30)


def test_without_payers_all_lie_on_the_line_and_without_anybody_nothing_is_drawn():
    users = [one for one in ranking().personas if one.is_end_user]
    alone = chart(ranking(row(1, 40), people=users))
    assert alone.items[0].payers == 0
    assert alone.bubbles[0].y == alone.zero[1]

    assert chart(ranking()).items == []
    assert chart(ranking(), by_effort=True).bubbles == []


def test_of_very_many_the_first_are_drawn_and_the_table_has_all():
    found = chart(ranking(*(row(n, 85 - n / 100) for n in range(1, MOST + 8))))

    assert (len(found.bubbles), len(found.items), found.left_out) == (MOST, MOST + 7, 7)
