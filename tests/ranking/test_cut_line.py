"""Where the next release ends."""

from prioritisation.ranking.filters import View
from prioritisation.ranking.page import present
from tests.ranking.ranking_pages import NOW, ranking, rated, release


def cuts(page):
    """{number of the row below the line: its words}, and those below a group's end by its name."""
    within = {line.number: line.cut for group in page.groups for line in group.lines if line.cut}
    at_end = {group.name: group.cut for group in page.groups if group.cut}
    return {place: f"{cut.lead} {cut.rest}" for place, cut in (within | at_end).items()}


def test_the_release_ends_above_the_first_that_does_not_fit():
    page = present(ranking(*release()), View(), now=NOW)
    assert cuts(page) == {
        5: "The next release ends here. 50 of 60\u00a0days are used; "
        "“Works offline” needs 13, 10 are left."
    }


def test_what_needs_exactly_the_rest_fits():
    rows = [rated(1, 50, 1, effort=59), rated(2, 40, 2, effort=1), rated(3, 30, 3, effort=0.5)]
    page = present(ranking(*rows), View(), now=NOW)
    words = "60 of 60\u00a0days are used; “A title” needs 0.5, 0 are left."
    assert cuts(page) == {3: f"The next release ends here. {words}"}


def test_must_do_and_being_built_may_fill_the_release_alone():
    rows = [rated(1, 50, 1, effort=61, must_reason="law"), rated(2, 40, 2, effort=1)]
    page = present(ranking(*rows), View(), now=NOW)
    words = "Must do and being built need 61 of 60\u00a0days."
    assert cuts(page) == {2: f"The next release is full. {words}"}


def test_when_all_fits_the_line_says_so_below_the_last():
    rows = [rated(1, 50, 1, effort=1), rated(2, 40, 2, effort=None)]
    page = present(ranking(*rows), View(), now=NOW)
    words = "1 of 60\u00a0days is used. 1 item above has no estimate."
    assert cuts(page) == {"ranked": f"All of this fits the next release. {words}"}


def test_what_does_more_harm_than_good_fills_no_release():
    rows = [rated(1, 50, 1, effort=10), rated(2, -1, 2, effort=100)]
    page = present(ranking(*rows), View(), now=NOW)
    assert cuts(page) == {2: "All of this fits the next release. 10 of 60\u00a0days are used."}


def test_a_filter_hides_the_line():
    assert cuts(present(ranking(*release()), View(search="works"), now=NOW)) == {}
