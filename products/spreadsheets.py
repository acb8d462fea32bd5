"""Text in files for spreadsheets. Pure."""

import unicodedata

#: what makes a spreadsheet run a cell as a formula
FORMULA = ("=", "+", "-", "@")
#: kinds of character that nobody sees: control, format, space, line, accents that stand alone
UNSEEN = {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}
#: letters and a symbol that are drawn as nothing
BLANK = "\u115f\u1160\u2800\u3164\uffa0"


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and never runs; what nobody sees before a sign may hide it.

    A sign counts in every form that it has: full width, small, raised.
    """
    seen = next((one for one in text if not _is_unseen(one)), "")
    runs = unicodedata.normalize("NFKC", seen) in FORMULA or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if runs else text


def _is_unseen(character: str) -> bool:
    return character in BLANK or unicodedata.category(character) in UNSEEN
