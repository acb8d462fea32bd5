"""Reading a sheet of requirements and ratings: what it says, and what is wrong with it."""

import pytest

from prioritisation.imports.sheet import SheetError, decode, is_sheet, parse
from prioritisation.ratings.cell_parsers import CellError, scale_from

SHEET = """\
external_id,title,description,status,effort,tags,must_reason,rating:Nurse,rating:Ward lead
A-1,Swap shifts,"Two taps,
no more",planned,8,"shifts, mobile",,5,
A-2,Single sign-on,,,,,law,0,-3
"""


def errors_of(text, **options):
    with pytest.raises(SheetError) as caught:
        parse(text, **options)
    return [str(error) for error in caught.value.errors]


def test_a_sheet_says_fields_and_ratings_and_blank_says_nothing():
    sheet = parse(SHEET)

    assert sheet.personas == ("Nurse", "Ward lead")
    swap, sso = sheet.rows
    assert swap.fields == {
        "external_id": "A-1",
        "title": "Swap shifts",
        "description": "Two taps,\nno more",
        "status": "planned",
        "effort": 8.0,
        "tags": ["shifts", "mobile"],
    }
    assert swap.ratings == {"Nurse": 5}
    assert sso.fields == {"external_id": "A-2", "title": "Single sign-on", "must_reason": "law"}
    assert sso.ratings == {"Nurse": 0, "Ward lead": -3}


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_commas_semicolons_and_tabs_part_columns(delimiter):
    text = delimiter.join(["title", "rating:Nurse"]) + "\r\n" + delimiter.join(["Swap", "−2"])

    sheet = parse(text)

    assert [(row.fields, row.ratings) for row in sheet.rows] == [({"title": "Swap"}, {"Nurse": -2})]


def test_a_column_with_a_known_personas_name_holds_its_ratings():
    text = "Title,Effort,nurse,rating:Ward lead\nSwap,3,5,-2"

    sheet = parse(text, personas=["Nurse", "Ward lead", "Effort"])

    assert [(row.fields, row.ratings) for row in sheet.rows] == [
        ({"title": "Swap", "effort": 3.0}, {"nurse": 5, "Ward lead": -2})
    ]
    twice = "Title,Ward lead,rating:Ward lead\nSwap,1,2"
    assert errors_of(twice, personas=["Ward lead"]) == [
        "Row 1, rating:Ward lead: this column is there twice."
    ]


def test_rows_count_as_in_a_spreadsheet_with_blank_and_many_line_ones():
    text = 'title,effort\n"a\nb",1\n\n ,\nc,x\n'

    assert errors_of(text) == ["Row 5, effort: “x” isn't a number that can be here."]


def test_all_errors_are_told_at_once_by_row():
    text = (
        "external_id,title,status,effort,tags,must_reason,rating:Nurse\n"
        "A,,idea,0,,,6\n"
        "A,Swap,soon,inf,,because,2.5\n"
        f",,,,{'x' * 41},,nan\n"
        f"B,{'t' * 201},,,,,1,2,3\n"
    )

    assert errors_of(text) == [
        "Row 2, effort: “0” isn't from 0.01 to 1,000,000.",
        "Row 2, rating:Nurse: “6” isn't a whole number from −5 to 5.",
        "Row 3, status: “soon” is none of idea, planned, in_progress, shipped, declined.",
        "Row 3, effort: “inf” isn't a number that can be here.",
        "Row 3, must_reason: “because” is none of law, contract, safety, upkeep.",
        "Row 3, rating:Nurse: “2.5” isn't a whole number from −5 to 5.",
        "Row 3, external_id: “A” is in row 2 already.",
        f"Row 4, tags: the tag “{'x' * 20}…” has more than 40 characters.",
        "Row 4, rating:Nurse: “nan” isn't a number that can be here.",
        "Row 4, title: a row needs a title.",
        "Row 5: 9 cells under 7 columns.",
        "Row 5, title: 201 characters; at most 200 fit.",
    ]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "Row 1: there is no header."),
        ("\n \n", "Row 1: there is no header."),
        ("effort,tags\n1,a", "Row 1: there is no column “title”."),
        ("title,efort\na,1", "Row 1: no column is called “efort”; known: external_id, "),
        ("title,rating:\na,1", "Row 1: no column is called “rating:”; known: "),
        ("title,Title\na,b", "Row 1, Title: this column is there twice."),
        ("title\nSwap\0", "Row 2: there is a NUL byte; this isn't a text file."),
        ('title\n"Swap', 'Row 2: a quote (") is opened here and never closed.'),
        ('title,tags\n"Swap"s', "Row 2: this isn't well-formed CSV (',' expected after '\"')."),
        (f"title\n{'x' * 1_000_000}", "Row 2: a cell is longer than 131,072 characters."),
        ("title\n" + "a\n" * 10_001, "Row 10002: more than 10,000 rows."),
        ("title\nSwap\nSwap", "Row 3, title: “Swap” is in row 2 already."),
        ("title,effort\nSwap,1e999999999", "Row 2, effort: “1e999999999” isn't a number"),
        ("title\teffort\nSwap\t1,500", "Row 2, effort: “1,500” can be read in two ways"),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_row(text, error):
    assert errors_of(text)[0].startswith(error)


def test_bytes_are_utf_8_or_what_a_spreadsheet_calls_unicode_text():
    assert decode("title\nÜber".encode()) == "title\nÜber"
    assert decode("\ufefftitle".encode()) == "title"
    assert decode("title\tÜ".encode("utf-16")) == "title\tÜ"
    with pytest.raises(SheetError, match="Row 3: this isn't UTF-8"):
        decode("title\na\nÜber".encode("latin-1"))


def test_a_list_of_titles_is_told_from_a_sheet():
    assert is_sheet("Title\trating:Nurse\nSwap\t5")
    assert is_sheet('"external_id";"title"\n')
    assert not is_sheet("Swap shifts\nGive the page a title")
    assert not is_sheet("")


@pytest.mark.parametrize(
    ("scale", "values", "ratings"),
    [
        # (v − 1) · 5/8: 0, 0.625, 1.25, 1.875, 2.5, 3.125, 3.75, 4.375, 5
        ("1..9", range(1, 10), [0, 1, 1, 2, 3, 3, 4, 4, 5]),
        # (v − 1) · 5/4: 0, 1.25, 2.5, 3.75, 5
        ("1..5", range(1, 6), [0, 1, 3, 4, 5]),
        # each side by itself, zero stays zero: ±2.5 goes away from zero
        ("-2..2", range(-2, 3), [-5, -3, 0, 3, 5]),
        ("0..1", ["0", "0.1", "0.09", "0.5", "1"], [0, 1, 0, 3, 5]),
    ],
)
def test_a_foreign_scale_is_mapped_so_that_importance_never_becomes_harm(scale, values, ratings):
    text = "title,rating:Nurse\n" + "".join(f"r{n},{v}\n" for n, v in enumerate(values))

    sheet = parse(text, from_scale=scale_from(scale))

    assert [row.ratings["Nurse"] for row in sheet.rows] == ratings


def test_a_value_off_the_foreign_scale_is_an_error():
    text = "title,rating:Nurse\na,0\nb,9.5"

    assert errors_of(text, from_scale=scale_from("1..9")) == [
        "Row 2, rating:Nurse: “0” isn't from 1 to 9.",
        "Row 3, rating:Nurse: “9.5” isn't from 1 to 9.",
    ]


@pytest.mark.parametrize("text", ["9..1", "1..1", "1-9", "a..b", "..", "-5..-1", ""])
def test_what_is_no_scale_is_refused(text):
    with pytest.raises(CellError):
        scale_from(text)
