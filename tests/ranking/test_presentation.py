from datetime import date, timedelta

from prioritisation.ranking.filters import View
from prioritisation.ranking.page import LIMIT, present
from tests.ranking.ranking_pages import (
    HOSPITAL,
    LEAD,
    NOW,
    NURSE,
    Persona,
    Row,
    ranking,
    rated,
    release,
)

BY_EFFORT = View(order="value_for_effort")


def shown(page):
    return {group.name: [line.number for line in group.lines] for group in page.groups}


def group(page, name):
    return next(group for group in page.groups if group.name == name)


# --- groups ---------------------------------------------------------------------------------------


def test_groups_stand_in_the_order_in_which_work_is_decided():
    page = present(ranking(*release()), View(), now=NOW)
    assert shown(page) == {
        "must": [21, 18, 24, 26],
        "built": [1, 14],
        "ranked": [13, 5, 7, 16],
        "unrated": [9],
    }


def test_must_do_goes_by_date_then_score_with_undated_ones_last():
    day = date(2026, 12, 1)
    rows = [
        rated(1, 90, 1, must_reason="law"),
        rated(2, 50, 2, must_reason="law", must_by=day + timedelta(1)),
        rated(3, 20, 3, must_reason="law", must_by=day),
        rated(4, 30, 4, must_reason="law", must_by=day),
    ]
    page = present(ranking(*rows), View(), now=NOW)
    assert shown(page)["must"] == [4, 3, 2, 1]


def test_a_must_do_that_is_being_built_stays_with_must_do_and_a_shipped_one_does_not():
    rows = [
        rated(1, 50, 1, must_reason="law", status="in_progress"),
        Row(2, must_reason="law", status="shipped"),
    ]
    page = present(ranking(*rows), View(closed=True), now=NOW)
    assert shown(page) == {"must": [1], "closed": [2]}


def test_shipped_and_declined_are_counted_and_drawn_only_when_asked_for():
    rows = [*release(), Row(31, status="declined")]
    closed = present(ranking(*rows), View(), now=NOW)
    assert (closed.closed_count, "closed" in shown(closed)) == (2, False)
    assert closed.toggle_closed == "closed=1"

    opened = present(ranking(*rows), View(closed=True), now=NOW)
    assert shown(opened)["closed"] == [30, 31]
    assert opened.toggle_closed == ""


def test_the_heads_say_how_much_there_is():
    page = present(ranking(*release()), View(), now=NOW)
    facts = {group.name: group.facts for group in page.groups}
    assert facts["must"] == ["4 items, 34 of 60\u00a0days"]
    assert facts["built"] == ["2", "13\u00a0days"]
    assert facts["ranked"] == ["4"]
    assert (page.open_count, page.ranked_count) == (11, 9)


def test_must_do_is_marked_above_two_fifths_of_the_release():
    exactly = rated(1, 50, 1, effort=24, must_reason="law")
    above = rated(1, 50, 1, effort=24.5, must_reason="law")

    meter = group(present(ranking(exactly), View(), now=NOW), "must").meter
    assert (meter.words, meter.much) == ("1 item, 24 of 60\u00a0days", False)
    assert (meter.width, meter.mark) == ("28.8", "28.8")

    meter = group(present(ranking(above), View(), now=NOW), "must").meter
    assert (meter.much, meter.width) == (True, "29.4")


def test_without_a_capacity_there_is_neither_meter_nor_cut_line():
    page = present(ranking(*release(), capacity=None), View(), now=NOW)
    assert group(page, "must").facts == ["4 items, 34\u00a0days"]
    assert group(page, "must").meter.width == ""
    assert not any(line.cut for group in page.groups for line in group.lines)
    assert not any(group.cut for group in page.groups)


def test_a_long_group_draws_its_first_rows_and_says_how_many_more():
    rows = [rated(n, 90 - n / 10, n) for n in range(1, LIMIT + 4)]
    page = present(ranking(*rows), View(), now=NOW)
    assert (len(group(page, "ranked").lines), group(page, "ranked").more) == (LIMIT, 3)
    assert group(page, "ranked").cut is None

    rest = present(ranking(*rows), View(start=("ranked", LIMIT)), now=NOW)
    assert shown(rest) == {"ranked": [LIMIT + 1, LIMIT + 2, LIMIT + 3]}
    assert (group(rest, "ranked").before, group(rest, "ranked").more) == (LIMIT, 0)
    assert group(rest, "ranked").previous == ""


def test_a_part_is_added_until_the_page_is_full_and_then_begins_another():
    rows = [rated(n, 90 - n / 100, n) for n in range(1, 1_004)] + [Row(2_000)]
    first = present(ranking(*rows), View(), now=NOW)
    assert group(first, "ranked").part == "part=ranked.200"

    part = present(ranking(*rows), View(), now=NOW, part=("ranked", 200))
    assert shown(part) == {"ranked": list(range(201, 401))}
    assert (group(part, "ranked").more, group(part, "ranked").part) == (603, "part=ranked.400")

    last = group(present(ranking(*rows), View(), now=NOW, part=("ranked", 400)), "ranked")
    assert (last.part, last.following) == ("", "from=ranked.600")

    other = present(ranking(*rows), View(start=("ranked", 600)), now=NOW)
    assert shown(other) == {"ranked": list(range(601, 801)), "unrated": [2_000]}
    assert group(other, "ranked").part == "from=ranked.600&part=ranked.800"
    assert group(other, "ranked").previous == "from=ranked.400"


def test_a_new_order_is_drawn_as_far_as_the_old_one_was_and_never_beyond_a_full_page():
    rows = [rated(n, 90 - n / 100, n) for n in range(1, 1_004)]
    drawn = present(ranking(*rows), View(), now=NOW, drawn={"ranked": 400})
    assert len(group(drawn, "ranked").lines) == 400
    all_of_it = present(ranking(*rows), View(), now=NOW, drawn={"ranked": 9_999})
    assert len(group(all_of_it, "ranked").lines) == 600


def test_a_part_that_is_gone_shows_the_first():
    page = present(ranking(*release()), View(start=("ranked", 400)), now=NOW)
    assert group(page, "ranked").before == 0


# --- value for effort -----------------------------------------------------------------------------


def by_effort():
    """In read_ranking's order: by effort rank, then those without, by score."""
    return [
        rated(13, 60, 1, effort=3, effort_rank=1, value_for_effort=20.0),
        rated(5, 35.5, 2, effort=13, effort_rank=2, value_for_effort=2.7307),
        rated(7, 5.3, 3),
        rated(16, -33.9, 4, effort=8),
        rated(17, -40, 5),
    ]


def test_value_for_effort_sets_apart_what_is_worth_something_but_not_estimated():
    page = present(ranking(*by_effort()), BY_EFFORT, now=NOW)
    assert shown(page) == {"ranked": [13, 5, 16, 17], "unestimated": [7]}


def test_under_value_for_effort_places_are_its_own_and_harm_has_none():
    page = present(ranking(*by_effort()), BY_EFFORT, now=NOW)
    lines = [line for group in page.groups for line in group.lines]
    assert [line.place for line in lines] == ["1", "2", "–", "–", "–"]
    assert [line.quotient for line in lines] == ["20.0", "2.7", "–", "–", "–"]


def test_under_value_those_without_an_estimate_keep_their_place():
    page = present(ranking(*by_effort()), View(), now=NOW)
    assert [line.place for line in group(page, "ranked").lines] == ["1", "2", "3", "4", "5"]
    assert [line.effort for line in group(page, "ranked").lines] == ["3", "13", "", "8", ""]


# --- rows -----------------------------------------------------------------------------------------


def only_line(row, **fields):
    page = present(ranking(row, **fields), View(closed=True), now=NOW)
    return page.groups[0].lines[0]


def test_a_score_has_one_decimal_and_a_true_minus():
    assert only_line(rated(1, 35.4876, 1)).score == "35.5"
    assert only_line(rated(1, -0.04, 1)).score == "0.0"
    assert only_line(rated(1, -33.86, 1)).score == "−33.9"


def test_what_a_score_rests_on_changes_at_half_and_at_four_fifths():
    words = [
        only_line(rated(1, 50, 1, answered=answered)).evidence[0]
        for answered in (0.4999, 0.49996, 0.5, 0.7999, 0.8, 1)
    ]
    assert words == ["Guess", "Some evidence", "Some evidence", "Some evidence", "Known", "Known"]


def test_an_unrated_row_has_neither_score_nor_bar():
    scored_at_nought = Row(1, score=0, answered=0, contributions={NURSE: 0})
    for row in (Row(1), scored_at_nought):
        line = only_line(row)
        assert (line.place, line.score, line.bar, line.evidence) == ("–", "–", None, ())
        assert not line.rated


def test_the_second_line_holds_key_state_and_tags():
    assert only_line(rated(5, 1, 1, tags=["platform"])).meta == ["ROTA-5", "Idea", "platform"]
    assert only_line(rated(5, 1, 1, status="in_progress")).meta == ["ROTA-5"]
    assert only_line(Row(5, status="declined")).meta == ["ROTA-5", "Declined"]
    this_year = rated(5, 1, 1, must_reason="law", must_by=date(2026, 12, 1))
    assert only_line(this_year).meta == ["ROTA-5", "Law, by 1 Dec"]
    next_year = rated(5, 1, 1, must_reason="upkeep", must_by=date(2027, 1, 31))
    assert only_line(next_year).meta == ["ROTA-5", "Upkeep, by 31 Jan 2027"]


def test_badges_name_those_who_are_harmed_first():
    flags = ["harms", "shelfware"]
    row = rated(3, -67.6, 1, flags=flags, harmed=[NURSE, LEAD, HOSPITAL])
    assert [(badge.words, badge.tone) for badge in only_line(row).badges] == [
        (
            "Harms Nurses, Ward leads and Hospital: 225 active people, 100\u00a0% of all active",
            "bad",
        ),
        ("Shelfware", ""),
    ]


def test_a_badge_of_harm_says_how_many_use_it():
    row = rated(3, -5, 1, flags=["harms"], harmed=[LEAD])
    assert [badge.words for badge in only_line(row).badges] == [
        "Harms Ward leads: 25 active people, 11\u00a0% of all active"  # 25 of 225
    ]
    of_a_buyer = rated(3, -5, 1, flags=["harms"], harmed=[HOSPITAL])
    assert [badge.words for badge in only_line(of_a_buyer).badges] == ["Harms Hospital"]


def test_one_day_is_singular():
    assert (only_line(Row(1, effort=1)).effort, only_line(Row(1, effort=1)).unit) == ("1", "day")
    assert only_line(Row(1, effort=2.50)).unit == "days"
    assert only_line(Row(1, effort=2.50)).effort == "2.5"


# --- the page -------------------------------------------------------------------------------------


def test_who_counts_is_one_stack_of_users_then_payers():
    who = present(ranking(), View(), now=NOW).who
    assert [(share.name, share.words, share.x, share.width) for share in who] == [
        ("Nurses", "80\u00a0%", "0.00%", "80.00%"),
        ("Ward leads", "5\u00a0%", "80.00%", "5.00%"),
        ("Hospital", "10\u00a0%", "85.00%", "10.00%"),
        ("Agency", "5\u00a0%", "95.00%", "5.00%"),
    ]


def test_a_tiny_share_keeps_a_decimal():
    people = [Persona(1, "Nurses", "end_user", 0.998), Persona(2, "Surgeons", "end_user", 0.002)]
    who = present(ranking(people=people), View(), now=NOW).who
    assert [share.words for share in who] == ["100\u00a0%", "0.2\u00a0%"]


def test_without_end_users_the_page_says_how_much_is_unknown():
    people = [Persona(HOSPITAL, "Hospital", "procurer", 0.15)]
    assert present(ranking(people=people), View(), now=NOW).unknown == "85\u00a0%"
    assert present(ranking(), View(), now=NOW).unknown == ""
    assert present(ranking(people=[]), View(), now=NOW).unknown == ""


def test_the_age_is_in_whole_seconds_and_never_negative():
    past = present(ranking(computed_at=NOW - timedelta(seconds=12.9)), View(), now=NOW)
    future = present(ranking(computed_at=NOW + timedelta(seconds=3)), View(), now=NOW)
    never = present(ranking(computed_at=None), View(), now=NOW)
    assert (past.age, future.age, never.age) == (12, 0, None)


def test_a_new_product_shows_how_to_start_and_a_filter_what_it_hides():
    assert present(ranking(), View(), now=NOW).first

    page = present(ranking(*release()), View(search="dark", show="must_do"), now=NOW, found=set())
    assert not page.first
    assert page.empty == (
        "Nothing matches “dark” in Must do",
        "11 requirements are hidden.",
        "Clear the filter",
    )


def test_a_search_leaves_what_was_found():
    rows = [rated(1, 3, 1), rated(2, 2, 2), rated(33, 1, 3)]
    page = present(ranking(*rows), View(search="offline"), now=NOW, found={101, 133})
    assert shown(page) == {"ranked": [1, 33]}


def test_an_address_that_asks_for_the_unknown_shows_the_whole():
    assert View.of({"order": "x", "show": "y", "q": "  "}) == View()
    asked = {"order": "value_for_effort", "show": "harms", "q": " a&b ", "closed": "1"}
    view = View.of(asked)
    assert view == View("value_for_effort", "harms", "a&b", closed=True)
    assert view.query() == "order=value_for_effort&show=harms&q=a%26b&closed=1"
    assert view.chips[0].query == "order=value_for_effort&q=a%26b&closed=1"
