"""How sure, in sentences; each expected word for word."""

import pytest

from prioritisation.robustness.sentences import (
    Labels,
    in_how_many,
    overtakes,
    place,
    plausible_sentence,
    sentences,
)
from prioritisation.scoring.score_curves import ADOPTION, END_USER_SAY, SHARE, Parameter
from prioritisation.scoring.sensitivity import Flip, Hold, Standing

NURSES, LEAD, HOSPITAL, AGENCY = 1, 2, 3, 4
LABELS = Labels(
    titles={11: "Printout", 12: "Single sign-on", 13: "Swap shifts", 14: "Dark mode"},
    personas={
        NURSES: ("Nurses", "end_user"),
        LEAD: ("Ward lead", "end_user"),
        HOSPITAL: ("Hospital", "procurer"),
        AGENCY: ("Agency", "advertiser"),
    },
)
SIGN_ON_OVERTAKES = Flip(riser=12, faller=11)


def say(low=0.5, high=0.95, below=None, above=None):
    return Hold(Parameter(END_USER_SAY, None, 0.85, 0.5, 0.95), low, high, below, above)


def of(kind, persona, now, low=0.0, high=1.0, below=None, above=None):
    return Hold(Parameter(kind, persona, now, 0.0, 1.0), low, high, below, above)


def told(*holds, top=3, members=(13, 11, 14)):
    return [
        sentence.replace("\u00a0", " ")
        for sentence in sentences(Standing(top, members, holds), LABELS)
    ]


def test_the_top_hold_while_a_number_is_over_or_under_something():
    assert told(say(low=0.6132, below=SIGN_ON_OVERTAKES)) == [
        "The top 3 hold while end users’ say is over 61 % (now 85 %);"
        " below that, “Single sign-on” overtakes “Printout”."
    ]
    assert told(of(ADOPTION, NURSES, 0.28, high=0.431, above=SIGN_ON_OVERTAKES)) == [
        "The top 3 hold while Nurses’ adoption is under 43 % (now 28 %);"
        " above that, “Single sign-on” overtakes “Printout”."
    ]


def test_both_ends_are_told_at_once():
    hold = of(SHARE, HOSPITAL, 0.5, 0.31, 0.77, Flip(14, 13), SIGN_ON_OVERTAKES)

    assert told(hold, top=None) == [
        "The whole order holds while Hospital’s share of the buyers’ and sponsors’ say is between"
        " 31 and 77 % (now 50 %); below that, “Dark mode” overtakes “Swap shifts”, and above that,"
        " “Single sign-on” overtakes “Printout”."
    ]


def test_the_nearest_comes_first():
    first, second = told(
        say(low=0.6132, below=SIGN_ON_OVERTAKES),
        of(ADOPTION, LEAD, 0.3, high=0.4, above=SIGN_ON_OVERTAKES),
        top=1,
        members=(13,),
    )

    assert first.startswith("“Swap shifts” stays first while Ward lead’s adoption is under 40 %")
    assert second.startswith("“Swap shifts” stays first while end users’ say is over 61 %")


def test_of_two_who_share_a_say_between_them_one_is_named():
    nurses = of(SHARE, NURSES, 0.94, low=0.57, below=SIGN_ON_OVERTAKES)
    lead = of(SHARE, LEAD, 0.06, high=0.43, above=SIGN_ON_OVERTAKES)
    hospital = of(SHARE, HOSPITAL, 0.5, low=0.2, below=SIGN_ON_OVERTAKES)
    agency = of(SHARE, AGENCY, 0.5, high=0.8, above=SIGN_ON_OVERTAKES)

    by_payers, by_users = told(lead, nurses, hospital, agency)
    assert "Nurses’ share of the end users’ say is over 57 %" in by_users
    assert "Hospital’s share of the buyers’ and sponsors’ say is over 20 %" in by_payers


def test_what_nothing_changes_is_said_so():
    assert told(say(), of(SHARE, NURSES, 0.9), of(ADOPTION, NURSES, 0.3)) == [
        "The top 3 hold, whatever the end users’ say, the shares and the adoption."
    ]
    assert told(of(ADOPTION, NURSES, 0.3), top=1, members=(13,)) == [
        "“Swap shifts” stays first, whatever the adoption."
    ]
    assert told() == ["The top 3 hold."]


def test_ties_are_told():
    assert told(top=3, members=(11, 12, 13, 14)) == ["The top 3 (4, since the last are tied) hold."]
    assert told(top=1, members=(11, 12)) == [
        "The 2 that are tied for the first place stay in front."
    ]


def test_who_overtakes_whom_from_where_on():
    hold = of(ADOPTION, NURSES, 0.28, 0.1, 0.431, Flip(14, 13), SIGN_ON_OVERTAKES)

    assert overtakes(hold, hold.above, LABELS).replace("\u00a0", " ") == (
        "“Single sign-on” overtakes “Printout” once Nurses’ adoption is over 43 %"
    )
    assert overtakes(hold, hold.below, LABELS).replace("\u00a0", " ") == (
        "“Dark mode” overtakes “Swap shifts” once Nurses’ adoption is under 10 %"
    )


@pytest.mark.parametrize(
    ("share", "now", "expected"),
    [(0.6132, None, "61"), (0.849, 0.85, "84.9"), (0.8499, 0.85, "84.99"), (0.5, 0.85, "50")],
)
def test_a_place_is_told_apart_from_where_it_is_now(share, now, expected):
    assert place(share, now) == expected


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0, "0 %"), (0.0001, "under 1 %"), (0.83, "83 %"), (0.9999, "over 99 %"), (1, "100 %")],
)
def test_a_share_of_draws(share, expected):
    assert in_how_many(share).replace("\u00a0", " ") == expected


def test_first_in_how_many_plausible_weightings():
    rows = [{"id": 13, "top_1": 0.8312}, {"id": 11, "top_1": 0.1688}]

    def sentence(rows):
        result = {"draws": 10_000, "requirements": rows}
        return plausible_sentence(result, LABELS.titles).replace("\u00a0", " ")

    assert sentence(rows) == (
        "“Swap shifts” is first in 83 % of plausible weightings. 10,000 weightings were drawn."
    )
    assert sentence(rows[::-1]) == (
        "“Swap shifts” is first in 83 % of plausible weightings, “Printout”, first now, in 17 %."
        " 10,000 weightings were drawn."
    )
    assert sentence([]) == ""


def test_who_is_tied_for_first_place_isnt_first_alone():
    rows = [{"id": 13, "rank": 1, "top_1": 1.0}, {"id": 11, "rank": 1, "top_1": 1.0}]
    told = plausible_sentence({"draws": 10, "requirements": rows}, LABELS.titles)

    assert told.startswith("“Swap shifts” and others tied with it are first in 100")
