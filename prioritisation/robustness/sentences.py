"""How sure the order is, in sentences (pure): of what `sensitivity` and `plausible` give."""

from dataclasses import dataclass

from prioritisation.presentation.formatting import and_join, count
from prioritisation.scoring.score_curves import ADOPTION, END_USER_SAY, SHARE

VERDICTS = {"robust": "Robust", "fair": "Fairly robust", "fragile": "Fragile"}
MEANS = {
    "robust": "No single number changes it before it has moved by ten points.",
    "fair": "A single number changes it once it has moved by five to ten points.",
    "fragile": "A single number changes it before it has moved by five points.",
}
ICONS = {"robust": "check", "fair": "some", "fragile": "warn"}
#: of one requirement's place among the top k
PLACE_MEANS = {
    "robust": "No single number of the weighting puts another in its place before it has moved"
    " by ten points.",
    "fair": "A single number of the weighting puts another in its place once it has moved by five"
    " to ten points.",
    "fragile": "A single number of the weighting puts another in its place before it has moved"
    " by five points.",
}


@dataclass(frozen=True, slots=True)
class Labels:
    """What ids are called."""

    titles: dict
    """Requirement id → title."""
    personas: dict
    """Persona id → (name, kind)."""

    def name(self, persona_id):
        return self.personas[persona_id][0]

    def is_end_user(self, persona_id):
        return self.personas[persona_id][1] == "end_user"


def subject(standing, labels):
    """("The top 3", "hold"), ("“Dark mode”", "stays first"), ("The whole order", "holds")."""
    if standing.top is None:
        return "The whole order", "holds"
    if standing.top == 1 and len(standing.members) == 1:
        return quoted(labels.titles[standing.members[0]]), "stays first"
    if standing.top == 1:
        return f"The {len(standing.members)} that are tied for the first place", "stay in front"
    tied = len(standing.members) - standing.top
    more = f" ({standing.top + tied}, since the last are tied)" if tied else ""
    return f"The top {standing.top}{more}", "hold"


def sentences(standing, labels):
    """What would have to be different, the nearest first; one sentence where nothing would."""
    who, does = subject(standing, labels)
    ends = [hold for hold in standing.holds if hold.below or hold.above]
    if not ends:
        unmoved = kinds_in_words(standing.holds)
        return [f"{who} {does}{f', whatever {and_join(unmoved)}' if unmoved else ''}."]
    return [
        f"{who} {does} while {condition(hold, labels)}{overtaking(hold, labels)}."
        for hold in sorted(without_mirrors(ends, labels), key=lambda hold: hold.margin)
    ]


def kinds_in_words(holds):
    """What these parameters are, one for each kind."""
    kinds = {hold.parameter.kind for hold in holds}
    words = {END_USER_SAY: "the end users’ say", SHARE: "the shares", ADOPTION: "the adoption"}
    return [words[kind] for kind in words if kind in kinds]


def without_mirrors(holds, labels):
    """Of two personas who share a group's say between them, only the one with more: what one
    gains the other loses, so that their sentences say the same."""
    shares = [hold for hold in holds if hold.parameter.kind == SHARE]
    kept = []
    for hold in holds:
        mine = hold.parameter
        mirrors = [
            other.parameter
            for other in shares
            if mine.kind == SHARE
            and other is not hold
            and labels.is_end_user(other.parameter.persona_id)
            == labels.is_end_user(mine.persona_id)
            and abs(other.parameter.now + mine.now - 1) < 1e-9
        ]
        if not any(
            (other.now, -other.persona_id) > (mine.now, -mine.persona_id) for other in mirrors
        ):
            kept.append(hold)
    return kept


def condition(hold, labels):
    """“end users’ say is over 61 % (now 85 %)”."""
    now = hold.parameter.now
    low, high = place(hold.low, now), place(hold.high, now)
    if hold.below and hold.above:
        where = f"between {low} and {high}\u00a0%"
    else:
        where = f"over {low}\u00a0%" if hold.below else f"under {high}\u00a0%"
    return f"{parameter_in_words(hold.parameter, labels)} is {where} (now {place(now)}\u00a0%)"


def overtaking(hold, labels):
    """“; below that, “A” overtakes “B””."""
    below, above = hold.below, hold.above
    parts = [
        f"{side}{quoted(labels.titles[flip.riser])} overtakes {quoted(labels.titles[flip.faller])}"
        for side, flip in (("below that, ", below), ("above that, ", above))
        if flip
    ]
    return "; " + ", and ".join(parts)


def seat_sentence(seat, labels):
    """““Sign-on” overtakes it once end users’ say is under 61 % (now 85 %).”, the nearest end."""
    where = "" if seat.top == 1 else f"From below the top {seat.top}, "
    nearest = min(seat.holds, key=lambda hold: hold.margin, default=None)
    if nearest is None or not nearest.ends:
        nobody = f"{where}nothing" if where else "Nothing"
        return f"{nobody} overtakes it, whichever single number moves."
    parameter = nearest.parameter
    falls = nearest.below and parameter.now - nearest.low == nearest.margin
    flip, end, side = (
        (nearest.below, nearest.low, "under") if falls else (nearest.above, nearest.high, "over")
    )
    return (
        f"{where}{quoted(labels.titles[flip.riser])} overtakes it once"
        f" {parameter_in_words(parameter, labels)} is {side} {place(end, parameter.now)}\u00a0%"
        f" (now {place(parameter.now)}\u00a0%)."
    )


def share_sentence(row, top):
    """“First in 83 % of plausible weightings.”, “In the top 3 in 97 % of …, first in 12 %.”; of a
    row as sureness.plausible_in_json gives it."""
    first = in_how_many(row["top_1"])
    if top == 1:
        return f"First in {first} of plausible weightings."
    among = in_how_many(row[f"top_{top}"])
    told = f"In the top {top} in {among} of plausible weightings"
    return f"{told}, first in {first}." if row["top_1"] else f"{told}."


def overtakes(hold, flip, labels):
    """““Single sign-on” overtakes “Printout” once Nurses’ adoption is over 43 %”, of one end."""
    end, over = (hold.low, "under") if flip is hold.below else (hold.high, "over")
    riser, faller = (quoted(labels.titles[one]) for one in (flip.riser, flip.faller))
    where = f"{parameter_in_words(hold.parameter, labels)} is {over}"
    return f"{riser} overtakes {faller} once {where} {place(end, hold.parameter.now)}\u00a0%"


def parameter_in_words(parameter, labels):
    if parameter.kind == END_USER_SAY:
        return "end users’ say"
    whose = possessive(labels.name(parameter.persona_id))
    if parameter.kind == ADOPTION:
        return f"{whose} adoption"
    return f"{whose} share of {group_in_words(labels.is_end_user(parameter.persona_id))}"


def group_in_words(users):
    return "the end users’ say" if users else "the buyers’ and sponsors’ say"


def possessive(name):
    return f"{name}’" if name.endswith(("s", "S")) else f"{name}’s"


def quoted(title):
    return f"“{title}”"


def place(share, now=None):
    """0…1 as a percentage without its sign; with as many decimals, up to two, as keep it apart
    from where it is now."""
    for decimals in range(3):
        text = f"{share * 100:.{decimals}f}"
        if now is None or text != f"{now * 100:.{decimals}f}":
            break
    return text


def in_how_many(share):
    """Of draws, 0…1: what isn't all never reads as 100 %, what isn't none never as 0 %."""
    if 0 < share < 0.005:
        return "under 1\u00a0%"
    if 0.995 <= share < 1:
        return "over 99\u00a0%"
    return f"{share * 100:.0f}\u00a0%"


def plausible_sentence(result, titles):
    """““Swap shifts” is first in 83 % of plausible weightings.” of a stored result; "" of none."""
    rows = [row for row in result["requirements"] if row["id"] in titles]
    if not rows:
        return ""
    best = max(rows, key=lambda row: row["top_1"])
    share = in_how_many(best["top_1"])
    place = best.get("rank"), best["top_1"]
    tied = place[0] and [(row["rank"], row["top_1"]) for row in rows].count(place) > 1
    who = "and others tied with it are" if tied else "is"
    text = f"{quoted(titles[best['id']])} {who} first in {share} of plausible weightings"
    if best is not rows[0]:
        text += f", {quoted(titles[rows[0]['id']])}, first now, in {in_how_many(rows[0]['top_1'])}"
    return f"{text}. {count(result['draws'], 'weighting')} were drawn."
