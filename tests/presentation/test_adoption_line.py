from datetime import date, timedelta
from types import SimpleNamespace

from prioritisation.presentation.charts.adoption_line import POINTS, ROWS, trend

POLICY = SimpleNamespace(assumed_adoption=0.5, assumed_seats=10)


def reading(day, installed, active, around=0):
    return SimpleNamespace(
        observed_on=day, installed=installed, active=active, worked_around=around
    )


def test_adoption_over_time_counts_out_those_who_work_around_it():
    found = trend(
        [
            reading(date(2026, 7, 1), 500, 200, 60),
            reading(date(2026, 8, 10), 500, 300, 0),
            reading(date(2026, 11, 28), 490, 500, 5),
        ],
        POLICY,
    )

    # (140 + 5) / 510, 305 / 510, 500 / 500; 40 of 150 days along 160, 82 high.
    assert [(point.x, point.y, round(point.share, 3)) for point in found.points] == [
        (34, 66.7, 0.284),
        (76.7, 41, 0.598),
        (194, 8, 1),
    ]
    assert [point.label for point in found.points] == ["Jul", "", "Nov"]
    assert found.words == (
        "28\u00a0% on 1 July 2026, 60\u00a0% on 10 August 2026, 100\u00a0% on 28 November 2026"
    )
    assert [row.observed_on.month for row, _ in found.rows] == [11, 8, 7]


def test_few_days_are_dated_by_day_and_years_by_year():
    def labels(days):
        start = date(2025, 12, 20)
        last = start + timedelta(days=days)
        found = trend([reading(start, 9, 1), reading(last, 9, 2)], POLICY)
        return [point.label for point in found.points]

    assert labels(20) == ["20 Dec", "9 Jan"]
    assert labels(400) == ["Dec 25", "Jan 27"]


def test_one_reading_draws_no_line_and_nobody_having_it_is_no_adoption():
    one, none = reading(date(2026, 7, 1), 500, 200), reading(date(2026, 8, 1), 0, 0)

    found = trend([one, none], POLICY)

    assert found.points == []
    assert [share for _, share in found.rows] == [None, 205 / 510]
    assert trend([], POLICY).rows == []


def test_of_very_many_the_latest_are_drawn_and_listed():
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(100)]

    found = trend([reading(day, 9, 5) for day in days], POLICY)

    assert (len(found.points), len(found.rows)) == (POINTS, ROWS)
    assert found.points[-1].day == found.rows[0][0].observed_on == days[-1]
