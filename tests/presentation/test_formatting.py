import pytest

from prioritisation.presentation import formatting


@pytest.mark.parametrize(
    ("stored", "one", "two"),
    [
        (354_876, "35.5", "35.49"),
        (-338_600, "−33.9", "−33.86"),
        (-400, "0.0", "−0.04"),
        (-40, "0.0", "0.00"),
        (1_000_000, "100.0", "100.00"),
        (None, "–", "–"),
    ],
)
def test_points_have_a_true_minus_and_nought_has_no_sign(stored, one, two):
    assert (formatting.points(stored), formatting.points(stored, 2)) == (one, two)


def test_signed_marks_gains_and_losses_but_not_nought():
    assert [formatting.signed(value) for value in (4, -3, 0, 0.4)] == ["+4", "−3", "0", "0"]
    assert formatting.signed(31.836, 2) == "+31.84"


def test_percent_is_whole_and_never_makes_nought_of_something():
    shares = [0, 0.004, 0.0099, 0.01, 0.331, 1, None]
    expected = [
        "0\u00a0%",
        "under 1\u00a0%",
        "under 1\u00a0%",
        "1\u00a0%",
        "33\u00a0%",
        "100\u00a0%",
        "–",
    ]
    assert [formatting.percent(share) for share in shares] == expected


def test_amounts_drop_needless_decimals():
    assert [formatting.amount(effort) for effort in (13.0, 2.5, 0.25, 1200, 100)] == [
        "13",
        "2.5",
        "0.25",
        "1,200",
        "100",
    ]


def test_a_unit_is_singular_for_one():
    assert formatting.with_unit(1, "days") == "1\u00a0day"
    assert formatting.with_unit(1, "person-weeks") == "1\u00a0person-week"
    assert formatting.with_unit(5, "days") == "5\u00a0days"
    assert formatting.with_unit(1, "XS") == "1\u00a0XS"
    assert formatting.with_unit(1, "effort") == "1\u00a0effort"


def test_names_are_joined_as_one_says_them():
    assert formatting.and_join(["A"]) == "A"
    assert formatting.and_join(["A", "B"]) == "A and B"
    assert formatting.and_join(["A", "B", "C"]) == "A, B and C"
