"""What the page "How sure" draws: bars of intervals, shares of draws (pure)."""

from dataclasses import dataclass

from prioritisation.robustness import sentences as words
from prioritisation.scoring.score_curves import ADOPTION, END_USER_SAY
from prioritisation.scoring.sensitivity import TOPS

#: one sentence is read, three are skimmed
SENTENCES_SHOWN = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """How firmly one set, or the order, stands."""

    name: str
    """“First”, “Top 3”, “Order”"""
    verdict: str
    label: str
    means: str
    icon: str
    sentences: list
    more: list


@dataclass(frozen=True, slots=True)
class Cell:
    """An interval on the range that is allowed; places as SVG takes them."""

    column: str
    text: str
    x: str
    width: str
    now: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """One number of the weighting: a Cell for each Verdict."""

    name: str
    kind: str
    """The persona's kind, the colour; end_user for end users' say."""
    now: str
    cells: list


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    allowed: str
    lines: list


@dataclass(frozen=True, slots=True)
class Share:
    column: str
    text: str
    width: str


@dataclass(frozen=True, slots=True)
class RankRow:
    rank: int
    """In the order as it was worked out."""
    number: int
    title: str
    shares: list
    usual: str


def distinct(standings):
    """Without those whose set is that of a smaller k: so many are tied."""
    told, sets = [], set()
    for standing in standings:
        if standing.top is None or standing.members not in sets:
            told.append(standing)
            sets.add(standing.members)
    return told


def verdicts(standings, labels):
    return [_verdict(standing, labels) for standing in standings]


def _verdict(standing, labels):
    told = words.sentences(standing, labels)
    return Verdict(
        name=_column(standing),
        verdict=standing.verdict,
        label=words.VERDICTS[standing.verdict],
        means=words.MEANS[standing.verdict],
        icon=words.ICONS[standing.verdict],
        sentences=told[:SENTENCES_SHOWN],
        more=told[SENTENCES_SHOWN:],
    )


def _column(standing):
    return {None: "Order", 1: "First"}.get(standing.top, f"Top {standing.top}")


def groups(standings, labels):
    """The bars of all standings, one Line a parameter, parameters of a kind together."""
    found = {}
    for holds in zip(*(standing.holds for standing in standings), strict=True):
        parameter = holds[0].parameter
        columns = zip(standings, holds, strict=True)
        cells = [_cell(_column(standing), hold, labels) for standing, hold in columns]
        name, kind = _whose(parameter, labels)
        now = f"{words.place(parameter.now)}\u00a0%"
        key = (_group_name(parameter, labels), _allowed(parameter))
        found.setdefault(key, []).append(Line(name, kind, now, cells))
    return [Group(name, allowed, lines) for (name, allowed), lines in found.items()]


def _whose(parameter, labels):
    if parameter.persona_id is None:
        return "End users’ say", "end_user"
    return labels.personas[parameter.persona_id]


def _group_name(parameter, labels):
    if parameter.kind == END_USER_SAY:
        return "Users against payers"
    if parameter.kind == ADOPTION:
        return "Adoption"
    return f"Share of {words.group_in_words(labels.is_end_user(parameter.persona_id))}"


def _allowed(parameter):
    return f"{words.place(parameter.least)}–{words.place(parameter.most)}\u00a0%"


def _cell(column, hold, labels):
    parameter = hold.parameter

    def at(value):
        return (value - parameter.least) / (parameter.most - parameter.least) * 100

    low, high = at(hold.low), at(hold.high)
    return Cell(
        column=column,
        text=_span(hold),
        x=f"{low:.2f}%",
        width=f"{max(high - low, 0.5):.2f}%",
        now=f"{min(max(at(parameter.now), 1), 99):.2f}%",
        title=". ".join(
            words.overtakes(hold, flip, labels) for flip in (hold.below, hold.above) if flip
        ),
    )


def _span(hold):
    if not hold.below and not hold.above:
        return "anywhere"
    low, high = (words.place(end, hold.parameter.now) for end in (hold.low, hold.high))
    return f"{low}–{high}\u00a0%"


def rank_rows(result, titles):
    """The table of plausible weightings, of what sureness.plausible_in_json gives.

    One that was deleted since isn't in `titles` (by id), and is left out."""
    tops = [top for top in TOPS if top < result["ranked"]]
    return [
        RankRow(
            # A result of an older release has none.
            rank=row.get("rank", place),
            number=row["number"],
            title=titles[row["id"]],
            shares=[
                Share(
                    "First" if top == 1 else f"Top {top}",
                    words.in_how_many(row[f"top_{top}"]),
                    f"{row[f'top_{top}'] * 100:.2f}%",
                )
                for top in tops
            ],
            usual=_between(*row["usual"]),
        )
        for place, row in enumerate(result["requirements"], start=1)
        if row["id"] in titles
    ]


def _between(low, high):
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"
