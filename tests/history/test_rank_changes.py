"""History's lines and moves, from rankings worked by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from prioritisation.history import time_ranges
from prioritisation.history.milestones import Milestone
from prioritisation.history.rank_changes import compare
from prioritisation.presentation.charts.rank_lines import lines
from prioritisation.selectors.past_rankings import Place

NOW = datetime(2026, 11, 26, 8, 12, tzinfo=UTC)


def place(pk, rank, score=0.0):
    return Place(pk, f"ROTA-{pk}", pk, rank, round(score * 10_000))


def order(*pks):
    return [place(pk, rank) for rank, pk in enumerate(pks, start=1)]


def titles(*pks, gone=()):
    return {pk: (f"Title {pk}", pk not in gone) for pk in pks}


# --- moments --------------------------------------------------------------------------------------


def short(began, name):
    return [one.short for one in time_ranges.moments(began, NOW, name)]


def test_eight_weeks_are_looked_back_on_week_by_week():
    began = NOW - timedelta(days=400)

    found = time_ranges.moments(began, NOW, "8w")

    assert [one.short for one in found] == [
        "1 Oct", "8 Oct", "15 Oct", "22 Oct", "29 Oct", "5 Nov", "12 Nov", "19 Nov", "now",
    ]  # fmt: skip
    # A day stands for its end.
    assert found[-2].value == "2026-11-19"
    assert found[-2].at.isoformat() == "2026-11-19T23:59:59.999999+00:00"
    assert found[-1].words == "now, 08:12"


def test_all_begins_with_the_first_run():
    found = time_ranges.moments(NOW - timedelta(days=8), NOW, "all")

    assert (found[0].value, found[0].words) == ("1", "the first, 18 November, 08:12")
    assert [one.short for one in found[1:]] == [
        "18 Nov", "19 Nov", "20 Nov", "21 Nov", "22 Nov", "23 Nov", "24 Nov", "25 Nov", "now",
    ]  # fmt: skip


def test_a_product_an_hour_old_is_looked_back_on_in_minutes():
    assert short(NOW - timedelta(minutes=31), "8w") == [
        "07:41", "07:42", "07:47", "07:52", "07:57", "08:02", "08:07", "now",
    ]  # fmt: skip
    assert short(NOW, "8w") == ["now"]


@pytest.mark.parametrize("days", [0.001, 0.3, 3, 40, 400, 4_000, 20_000])
def test_a_range_is_cut_into_a_dozen_at_most(days):
    began = NOW - timedelta(days=days)
    for name in time_ranges.RANGES:
        found = [one.at for one in time_ranges.moments(began, NOW, name)]
        assert 2 <= len(found) <= time_ranges.MOST + 2
        assert found == sorted(set(found))
        assert found[0] >= began


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-03", "2026-11-03"),
        ("2026-11-03T09:05", "2026-11-03T09:05"),
        ("2099-01-01", "2099-01-01"),  # not later than now
        ("7", None),
        ("", None),
        ("yesterday", None),
        ("2026-02-30", None),
        ("-1", None),
        ("²", None),
        ("9" * 30, None),
    ],
)
def test_an_address_names_a_day_a_time_or_a_version(text, value):
    found = time_ranges.read(text, NOW)

    if text == "7":
        assert found == 7
    else:
        assert (found and found.value) == value
        assert found is None or found.at <= NOW


# --- lines ----------------------------------------------------------------------------------------


def days(*numbers):
    return [time_ranges.on_day(datetime(2026, 11, day, tzinfo=UTC).date(), NOW) for day in numbers]


def drawn(moments, rankings, **options):
    pks = {one.requirement_id for places in rankings for one in places}
    chart = lines(moments, rankings, **{"titles": titles(*pks)} | options)
    return {line.number: line for line in chart.lines}, chart


def test_a_line_runs_through_its_rows_and_is_named_at_its_end():
    moments = days(3, 4, 5)
    found, chart = drawn(moments, [order(1, 2), order(2, 1), order(2, 1)], hot=[2])

    # x 44, 367, 690; rows 70 and 100; curves that are level where they meet.
    assert found[1].path == "M44 70C205.5 70 205.5 100 367 100C528.5 100 528.5 100 690 100"
    assert (found[1].name, found[1].y) == ("Title 1", 100)
    assert [(dot.x, dot.y, dot.words) for dot in found[1].dots] == [
        (44, 70, "3 November: 1st"),
        (690, 100, "5 November: 2nd"),
    ]
    assert found[1].ranks == ["1", "2", "2"]
    assert found[1].words == "Title 1: 1st 3 November, 2nd 4 November, 2nd 5 November"
    assert [line.number for line in chart.lines] == [1, 2]  # the highlighted one on top
    assert [line.number for line in chart.in_order] == [2, 1]
    assert chart.rows == [(70, "1"), (100, "2")]


def test_what_was_in_the_top_ten_stays_with_its_rank_and_what_never_was_is_left_out():
    early, late = range(1, 13), [*range(2, 12), 12, 1]

    found, chart = drawn(days(3, 5), [order(*early), order(*late)])

    assert set(found) == set(range(1, 12))  # the twelfth was 12th and 11th
    assert (found[1].name, found[1].y) == ("12 · Title 1", 370)  # below the ten rows
    assert len(chart.rows) == 10


def test_what_came_and_went_has_its_line_only_while_it_was_ranked():
    rankings = [order(1, 2), order(2), order(1, 2), order(2, 3)]

    found, chart = drawn(days(2, 3, 4, 5), rankings)

    one = found[1]
    assert one.path.count("M") == 2
    assert one.ranks == ["1", "–", "1", "–"]
    assert one.name == "left: Title 1"
    assert one.y == 130  # a row of its own, below those that are ranked
    assert one.left.words == "4 November: 1st"
    assert found[3].path.startswith("M690")
    assert found[2].left is None
    assert chart.height == 154


def test_a_tie_keeps_two_rows_and_says_its_rank():
    tied = [place(1, 1), place(2, 2), place(3, 2)]

    found, _ = drawn(days(4, 5), [tied, tied])

    assert (found[2].y, found[3].y) == (100, 130)
    assert found[3].ranks == ["2", "2"]


def test_marks_that_are_close_are_one_and_words_need_room():
    def happened(day, hour, short):
        at = datetime(2026, 11, day, hour, tzinfo=UTC)
        return Milestone(1, at, "policy", short, f"{short}, at length", "alice", "")

    told = [
        happened(1, 1, "Before"),
        happened(10, 1, "Policy saved"),
        happened(10, 2, "Nurses 24 → 27 %"),
        happened(11, 20, "Something that needs much room"),
        happened(15, 1, "Policy saved again"),
    ]
    _, chart = drawn(days(3, 24), [order(1), order(1)], milestones=told)

    assert [(mark.words, mark.anchor, mark.title) for mark in chart.marks] == [
        (
            "Policy saved and 1 more",
            "middle",
            "Policy saved, at length; Nurses 24 → 27 %, at length",
        ),
        ("", "", "Something that needs much room, at length"),
        ("Policy saved again", "start", "Policy saved again, at length"),
    ]


def test_long_titles_end_where_the_chart_ends():
    long = {1: ("W" * 200, True)}

    found, _ = drawn(days(4, 5), [order(1), order(1)], titles=long)

    assert found[1].name.endswith("…")
    assert len(found[1].name) < 40
    assert found[1].title == "W" * 200


# --- moves ----------------------------------------------------------------------------------------


def test_the_largest_move_comes_first_then_what_is_new_then_what_is_gone():
    before = [place(1, 1, 50), place(2, 2, 40), place(3, 3, 30), place(4, 4, 20), place(5, 5, 1)]
    after = [place(4, 1, 60), place(1, 2, 50), place(2, 3, 39.96), place(6, 4, 10), place(5, 5, 1)]

    found = compare(before, after, titles(1, 2, 3, 4, 5, 6, gone=[3]))

    assert [(m.key, m.way, m.by, m.words, m.score) for m in found.moves] == [
        ("ROTA-4", "up", 3, "4 → 1", "20.0 → 60.0 (+40.0)"),
        ("ROTA-1", "down", 1, "1 → 2", "50.0, unchanged"),
        ("ROTA-2", "down", 1, "2 → 3", "40.0 → 40.0 (under −0.1)"),
        ("ROTA-6", "new", 0, "new → 4", "10.0"),
        ("ROTA-3", "gone", 0, "3 → gone", "30.0"),
    ]
    assert (found.moved, found.stayed) == (5, 1)
    assert [move.exists for move in found.moves] == [True, True, True, True, False]


def test_from_nothing_all_is_new():
    found = compare([], order(1, 2), titles(1, 2))

    assert [(move.words, move.verb) for move in found.moves] == [
        ("new → 1", "came in"),
        ("new → 2", "came in"),
    ]
    assert compare([], [], {}).moves == []
