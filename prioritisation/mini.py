"""The small ranking beside the grid: a bar a row, drawn as percentages of its width."""

from dataclasses import dataclass

from prioritisation.scoring import UNIT


@dataclass(frozen=True, slots=True)
class Segment:
    kind: str
    title: str
    x: float
    width: float
    lost: bool = False


@dataclass(frozen=True, slots=True)
class MiniRow:
    row: object
    segments: list
    zero: float


def mini_rows(ranking):
    """A MiniRow for each ranked row; harm left of zero, gains and then what is lost right of it."""
    low = min((-_sum(row.contributions, -1) for row in ranking.rows), default=0)
    high = max(
        (_sum(row.contributions, 1) + _sum(row.unrealised, 1) for row in ranking.rows), default=1
    )
    low, high = -25 * -(low // 25) if low else 0, max(25, -25 * (-high // 25))
    span = high - low

    def at(points):
        return round((points - low) / span * 100, 2)

    return [MiniRow(row, _segments(row, ranking.personas, at), at(0)) for row in ranking.rows]


def _sum(points, sign):
    return sum(sign * value for value in points.values() if sign * value > 0) / UNIT


def _segments(row, personas, at):
    gain = loss = 0.0
    segments = []
    for persona in personas:
        points = row.contributions.get(persona.id, 0) / UNIT
        title = f"{persona.name}: {points:+.1f}".replace("-", "−")
        if points > 0:
            segments.append(
                Segment(persona.kind, title, at(gain), round(at(gain + points) - at(gain), 2))
            )
            gain += points
        elif points < 0:
            segments.append(
                Segment(
                    persona.kind, title, at(loss + points), round(at(loss) - at(loss + points), 2)
                )
            )
            loss += points
    for persona in personas:
        points = row.unrealised.get(persona.id, 0) / UNIT
        if points >= 0.6:
            title = f"{persona.name}: {points:.1f} lost because people won’t use it"
            width = round(at(gain + points) - at(gain), 2)
            segments.append(Segment(persona.kind, title, at(gain), width, lost=True))
            gain += points
    return segments
