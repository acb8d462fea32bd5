"""Parts rounded for people, so that they still add up. Pure."""

from prioritisation.presentation.formatting import UNIT, change

#: confidence in percent → (word, factor)
KNOWN = {100: ("seen", ""), 80: ("asked", "0.8"), 50: ("guessed", "0.5")}


def in_steps(parts, total, step):
    """Ten-thousandths as whole steps that add up to the total, rounded (half up).

    By largest remainder, ties to the earlier one; `parts` add up to `total`.
    """
    whole = (total + step // 2) // step
    floors = [part // step for part in parts]
    by_remainder = sorted(range(len(parts)), key=lambda i: (-(parts[i] % step), i))
    for i in by_remainder[: whole - sum(floors)]:
        floors[i] += 1
    return floors


def in_hundredths(parts, total):
    """Ten-thousandths as hundredths that add up to the total (in_steps)."""
    return in_steps(parts, total, 100)


def told_in_tenths(parts):
    """Parts of a movement, ten-thousandths, in tenths that add up to the whole in tenths. What is
    rounded away is told as what it was: under +0.1."""
    step = UNIT // 10
    tenths = in_steps(parts, sum(parts), step)
    return [change(tenth * step or part) for tenth, part in zip(tenths, parts, strict=True)]
