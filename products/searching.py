"""How text is compared wherever somebody searches: one SQL expression, for both sides of it."""


def folded(text: str) -> str:
    """The SQL of the text expression without what a reader doesn't search by: case (ß is ss), the
    form of accents (one character or two) and the kind of space (a no-break space, a line's end).

    Most text is ASCII, which needs a tenth of the time.
    """
    spaced = f"replace(replace(replace({text}, E'\\r', ''), E'\\n', ' '), E'\\t', ' ')"
    return (
        f"CASE WHEN octet_length({text}) = length({text})"
        f" THEN casefold({spaced} COLLATE pg_unicode_fast)"
        f" ELSE casefold(normalize({spaced}, NFKD) COLLATE pg_unicode_fast) END"
    )


def searchable(text: str) -> str:
    """What somebody typed, as the database can be asked for it."""
    return text.replace("\0", "").strip()
