from dataclasses import replace

import pytest

from prioritisation.presentation.charts.bars import BEYOND, bar_of, in_order, scale_for
from prioritisation.templatetags.drawing import bar as svg_of
from prioritisation.templatetags.drawing import icon
from tests.ranking.ranking_pages import AGENCY, HOSPITAL, LEAD, NURSE, Row, personas


def row(contributions, unrealised=None, **fields):
    """Contributions and lost value in points."""
    stored = {persona: round(value * 10_000) for persona, value in contributions.items()}
    lost = {persona: round(value * 10_000) for persona, value in (unrealised or {}).items()}
    fields = {"low": None, "high": None, "answered": 1} | fields
    return Row(1, contributions=stored, unrealised=lost, score=sum(stored.values()), **fields)


@pytest.mark.parametrize(
    ("rows", "low", "high"),
    [
        ([], 0, 25),
        ([row({NURSE: 20})], 0, 25),
        ([row({NURSE: 25})], 0, 25),
        ([row({NURSE: 25.1})], 0, 50),
        ([row({NURSE: 70, LEAD: 4}, {HOSPITAL: 1.5})], 0, 100),  # the lost value is drawn too
        ([row({NURSE: 70, LEAD: 4}, {HOSPITAL: 0.5, AGENCY: 0.59})], 0, 75),  # too small to draw
        ([row({NURSE: 84}), row({NURSE: 30, LEAD: -3})], -25, 100),
        ([row({NURSE: 84}), row({NURSE: -30, LEAD: -21})], -50, 100),  # −75, held at a third
        ([row({NURSE: 60}), row({NURSE: -30})], -37.5, 75),
        ([row({NURSE: -99})], -12.5, 25),
    ],
)
def test_the_scale_runs_from_the_lowest_to_the_highest_in_steps_of_25(rows, low, high):
    scale = scale_for(rows)
    assert (scale.low, scale.high) == (low, high)


def test_the_grid_names_zero_and_every_50_or_every_25_on_a_short_scale():
    wide = scale_for([row({NURSE: 84}), row({NURSE: -40})])
    assert wide.ticks == [("0.00%", "−50"), ("33.33%", "0"), ("66.67%", "50"), ("100.00%", "100")]
    assert wide.grid == ["0.00%", "66.67%", "100.00%"]
    short = scale_for([row({NURSE: 40})])
    assert short.ticks == [("0.00%", "0"), ("50.00%", "25"), ("100.00%", "50")]


def draw(one, *others):
    return bar_of(one, in_order(personas()), scale_for([one, *others]))


def test_gains_stack_to_the_right_of_zero_by_persona_and_lost_value_after_them():
    bar = draw(row({NURSE: 50, HOSPITAL: 10, LEAD: 20}, {HOSPITAL: 5, AGENCY: 0.5}))
    # 0…100: users first, then payers, whatever their ids.
    assert [(piece.kind, piece.x, piece.width) for piece in bar.solid] == [
        ("end_user", "0.00%", "50.00%"),
        ("end_user", "50.00%", "20.00%"),
        ("procurer", "70.00%", "10.00%"),
    ]
    assert [(piece.kind, piece.x, piece.width) for piece in bar.lost] == [
        ("procurer", "80.00%", "5.00%")
    ]
    assert bar.seams == ["50.00%", "70.00%"]
    assert bar.solid[0].title == "Nurses: +50.0"
    assert bar.lost[0].title == "Hospital: 5.0 lost because people won’t use it"


def test_harm_stacks_to_the_left_and_a_tick_marks_the_net_score():
    bar = draw(row({NURSE: 30, LEAD: -4, HOSPITAL: -2}))
    # −25…50, so a point is 4/3 % and zero lies at a third.
    assert [(piece.x, piece.width) for piece in bar.solid] == [
        ("33.33%", "40.00%"),
        ("28.00%", "5.33%"),
        ("25.33%", "2.67%"),
    ]
    assert bar.net == "65.33%"  # 24 points
    assert bar.broken == ""


def test_without_harm_the_solid_end_is_the_score_and_nothing_marks_it():
    assert draw(row({NURSE: 30})).net == ""


def test_harm_beyond_the_scale_is_cut_off_with_a_mark():
    bar = draw(row({NURSE: -60, LEAD: -20, AGENCY: 5}), row({NURSE: 80}))
    # −50…100: the nurses' harm ends at the edge, nothing is left to draw of the ward leads'.
    assert [(piece.kind, piece.x, piece.width) for piece in bar.solid] == [
        ("end_user", "0.00%", "33.33%"),
        ("advertiser", "33.33%", "3.33%"),
    ]
    assert bar.broken
    assert bar.net == BEYOND


def test_a_net_score_within_the_scale_keeps_its_place_beside_a_break():
    bar = draw(row({NURSE: -60, AGENCY: 45}), row({NURSE: 80}))
    assert bar.broken
    assert bar.net == "23.33%"  # −15 of −50…100


def test_harm_of_exactly_a_third_is_whole():
    assert draw(row({NURSE: -50}), row({NURSE: 80})).broken == ""


def test_what_a_score_could_be_is_a_line_that_ends_with_the_scale():
    bar = draw(row({NURSE: 35}, low=-110_000, high=800_000), row({NURSE: -20}))
    assert bar.span == ("18.67%", "100.00%", "Could be −11 to 80")  # −25…50
    assert draw(row({NURSE: 35}, low=350_000, high=350_000)).span == ()


def test_the_bar_says_in_words_what_it_shows():
    bar = draw(row({NURSE: 79.6, LEAD: -3.2, HOSPITAL: 1}, {HOSPITAL: 1.04}))
    assert bar.label == (
        "Nurses +79.6, Ward leads −3.2, Hospital +1.0; "
        "1.0 lost because people won’t use it. Score 77.4"
    )


def test_a_name_with_markup_in_it_is_text_in_the_drawing():
    people = [replace(one, name=f'"><script>{one.id}</script>') for one in in_order(personas())]
    one = row({NURSE: 50, HOSPITAL: 10}, {HOSPITAL: 5})

    drawn = svg_of(bar_of(one, people, scale_for([one])))

    assert "<script>" not in drawn
    named = f"&quot;&gt;&lt;script&gt;{NURSE}&lt;/script&gt;: +50.0</title>"
    assert named in drawn
    assert f"&lt;script&gt;{HOSPITAL}&lt;/script&gt;: 5.0 lost" in drawn
    label = drawn.partition('aria-label="')[2].partition('"')[0]
    assert label.startswith("&quot;&gt;&lt;script&gt;")


def test_no_words_of_a_drawing_are_markup():
    spanned = replace(draw(row({NURSE: 35}, low=0, high=1)), span=("0%", "1%", "<b>"))

    assert "<title>&lt;b&gt;</title>" in svg_of(spanned)
    assert icon('"><b>', classes='"><i>') == (
        '<svg class="i &quot;&gt;&lt;i&gt;" aria-hidden="true">'
        '<use href="#i-&quot;&gt;&lt;b&gt;"/></svg>'
    )
