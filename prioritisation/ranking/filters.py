"""What a ranking's address asks for: order, chip, words. Pure."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from prioritisation.presentation.formatting import count
from products.searching import searchable

BY_EFFORT = "value_for_effort"
GROUPS = ("must", "built", "ranked", "unestimated", "unrated", "closed")

#: flag → (label, icon)
CHIPS = {
    "": ("All", ""),
    "must_do": ("Must do", "must"),
    "harms": ("Harms somebody", "harm"),
    "end_users_not_asked": ("End users not asked", "noask"),
    "guess": ("Guess", "guess"),
    "shelfware": ("Shelfware", "shelf"),
}
#: flag → (heading, sentence) when no open requirement has it
NONE_WITH = {
    "must_do": ("Nothing must be done", "No open requirement is a must do."),
    "harms": ("Nobody is harmed", "No open requirement has a persona at −3 or below."),
    "end_users_not_asked": (
        "End users were asked",
        "They have a say in every rated requirement.",
    ),
    "guess": ("Nothing is a guess", "Every rated requirement rests on some evidence."),
    "shelfware": ("No shelfware", "Nothing is paid for that users don’t want."),
}


def at_row(text):
    """(group, row) of "ranked.200"; ("", 0) of what isn't one."""
    group, _dot, row = text.partition(".")
    known = group in GROUPS and row.isascii() and row.isdigit() and len(row) < 8
    return (group, int(row)) if known else ("", 0)


@dataclass(frozen=True, slots=True)
class Link:
    """A chip or an order: `query` is its query string, `icon` a name of the sprite or empty."""

    label: str
    query: str
    current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """`show` is one of CHIPS; `closed` draws shipped and declined ones. `start` is (group, how
    many of its rows to leave out): the part of a long group that is drawn."""

    order: str = "score"
    show: str = ""
    search: str = ""
    closed: bool = False
    start: tuple = ("", 0)

    @classmethod
    def of(cls, query):
        """From a request's GET; what isn't known is left at its default."""
        show, order = query.get("show", ""), query.get("order", "")
        return cls(
            order=order if order == BY_EFFORT else "score",
            show=show if show in CHIPS else "",
            search=searchable(query.get("q", ""))[:200].strip(),
            closed="closed" in query,
            start=at_row(query.get("from", "")),
        )

    @property
    def by_effort(self):
        return self.order == BY_EFFORT

    @property
    def narrows(self):
        return bool(self.show or self.search)

    def query(self, **changes):
        """The query string of this view, with some of it changed."""
        view = replace(self, **changes)
        parts = {"order": view.order if view.by_effort else "", "show": view.show}
        parts |= {"q": view.search, "closed": view.closed and 1}
        group, row = view.start
        parts["from"] = group and row and f"{group}.{row}"
        return urlencode({name: value for name, value in parts.items() if value})

    def keeps(self, row, found=None):
        """`found`: ids of the requirements that have what is searched for; None without."""
        if found is not None and row.requirement_id not in found:
            return False
        return not self.show or self.show in row.flags

    @property
    def chips(self):
        return [
            Link(label, self.query(show=flag, start=("", 0)), self.show == flag, icon)
            for flag, (label, icon) in CHIPS.items()
        ]

    @property
    def orders(self):
        return [
            Link("Value", self.query(order="score", start=("", 0)), not self.by_effort),
            Link("Value for effort", self.query(order=BY_EFFORT, start=("", 0)), self.by_effort),
        ]

    def empty(self, hidden, closed):
        """(heading, sentence, what the button that clears says) when nothing is left."""
        if self.search:
            label, _icon = CHIPS[self.show]
            inside = f" in {label}" if self.show else ""
            sentence = f"{count(hidden, 'requirement')} {'is' if hidden == 1 else 'are'} hidden."
            return f"Nothing matches “{self.search}”{inside}", sentence, "Clear the filter"
        if self.show:
            return *NONE_WITH[self.show], f"Show all {hidden}"
        return "Nothing is open", f"{count(closed, 'requirement')} shipped or declined.", ""
