"""How numbers read on pages: one decimal, a true minus, "5 days". Pure."""

UNIT = 10_000
MINUS = "−"
NONE = "–"


def number(value, decimals=0):
    """With a true minus and thousands; what rounds to nought has no sign."""
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and float(text.replace(",", "")) else text


def points(ten_thousandths, decimals=1):
    """Stored ten-thousandths as score points: 354876 → 35.5; None → –."""
    return NONE if ten_thousandths is None else number(ten_thousandths / UNIT, decimals)


def signed(value, decimals=0):
    """+4, −3, 0."""
    text = number(value, decimals)
    return text if text.startswith(MINUS) or not float(text.replace(",", "")) else f"+{text}"


def change(ten_thousandths):
    """A change of a score: +4.2, −0.3; what isn't nought never reads as 0.0."""
    text = signed(ten_thousandths / UNIT, 1)
    if text != "0.0" or not ten_thousandths:
        return text
    return f"under {'+' if ten_thousandths > 0 else MINUS}0.1"


def percent(share):
    """0…1 as a whole percentage, kept on one line; what isn't nought never reads as 0 %."""
    if share is None:
        return NONE
    if 0 < share < 0.01:
        return "under 1\u00a0%"
    return f"{share * 100:.0f}\u00a0%"


def share(value):
    """A persona's share of the say: one decimal where it is under 2 %; never 0 of something."""
    text = f"{value * 100:.{1 if 0 < value < 0.02 else 0}f}"
    return "under 0.1\u00a0%" if value and not float(text) else f"{text}\u00a0%"


def count(how_many, noun):
    """1 item, 4 items."""
    return f"{how_many:,} {noun if how_many == 1 else noun + 's'}"


def amount(effort):
    """Effort without needless decimals: 13, 2.5, 0.25."""
    return f"{effort:,.2f}".rstrip("0").rstrip(".")


def with_unit(effort, unit):
    """5 days, 1 day; a unit that doesn't end in s stays as it is."""
    return f"{amount(effort)}\u00a0{unit_for(effort, unit)}"


def unit_for(effort, unit):
    return unit[:-1] if effort == 1 and len(unit) > 2 and unit.endswith("s") else unit


def and_join(names):
    """A, B and C."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def ordinal(place):
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    endings = {1: "st", 2: "nd", 3: "rd"}
    teen = 10 < place % 100 < 14
    return f"{place:,}{'th' if teen else endings.get(place % 10, 'th')}"
