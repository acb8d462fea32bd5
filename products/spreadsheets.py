"""Text in files for spreadsheets. Pure."""

#: What makes a spreadsheet run a cell as a formula, also in the full width of East Asian type.
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Text that a spreadsheet shows and never runs; space before a sign may hide it."""
    runs = text.lstrip().startswith(FORMULA) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if runs else text
