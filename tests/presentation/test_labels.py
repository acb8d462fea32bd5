import random

from prioritisation.presentation.charts.labels import (
    ABOVE,
    BELOW,
    Box,
    Disc,
    place_labels,
    shortened,
    width_of,
)

WIDTHS = (820, 1700)


def place(*discs, **options):
    return place_labels([Disc(*one) for one in discs], widths=WIDTHS, height=500, **options)


def test_a_name_stands_to_the_right_unless_it_would_leave_the_chart():
    first, last = place((0.5, 100, 10, "Swap shifts"), (0.97, 200, 10, "Dark mode"))

    assert (first.dx, first.dy, first.anchor, first.lead) == (16, 4, "start", ())
    assert (last.dx, last.dy, last.anchor) == (-16, 4, "end")


def test_of_two_close_discs_the_later_one_makes_way():
    first, second = place((0.5, 100, 10, "Swap shifts"), (0.52, 100, 10, "Dark mode"))

    # To the right of the first, the second is in the way.
    assert first.anchor == "end"
    assert second.anchor == "start"


def test_a_name_keeps_off_a_line_if_it_can():
    (label,) = place((0.5, 100, 10, "Swap shifts"), better_not=[Box.line(100)])

    assert abs(label.dy) > 10


def test_where_there_is_no_room_there_is_no_name():
    crowd = [(0.5, 250, 10, f"The name of number {n}") for n in range(60)]

    labels = place(*crowd)

    assert labels[0] is not None
    assert None in labels


def test_a_long_title_is_cut():
    assert shortened("x" * 46) == "x" * 46
    assert shortened("x" * 200) == "x" * 45 + "…"


def test_no_name_lies_on_another_or_on_a_disc_at_any_width():
    for seed in range(20):
        chance = random.Random(seed)
        discs = [
            Disc(chance.uniform(0.05, 0.95), chance.uniform(20, 480), chance.choice([7, 13, 21]), t)
            for t in ["Dark mode", "Works offline", "Count night shifts once", "SSO"] * 9
        ]
        labels = place_labels(discs, widths=WIDTHS, height=500)
        assert sum(label is not None for label in labels) > 20
        for width in (820, 1000, 1333, 1700):
            assert overlaps(discs, labels, width) == []


def overlaps(discs, labels, width):
    """Names that lie on another name or on a disc, worked out from what is drawn."""
    rounds = [(d.x * width - d.r, d.y - d.r, d.x * width + d.r, d.y + d.r) for d in discs]
    texts = []
    for disc, label in zip(discs, labels, strict=True):
        if label:
            x, y, long = disc.x * width + label.dx, disc.y + label.dy, width_of(label.text)
            left = x if label.anchor == "start" else x - long
            texts.append((left, y - ABOVE, left + long, y + BELOW))
    return [
        (at, other)
        for at, (left, top, right, bottom) in enumerate(texts)
        for other in rounds + texts[:at]
        if left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
    ]
