"""What a ranking's address asks for: order, chip, words. Pure."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from prioritisation.wording import count

BY_EFFORT = "value_for_effort"

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


@dataclass(frozen=True, slots=True)
class Link:
    """A chip or an order: `query` is its query string, `icon` a name of the sprite or empty."""

    label: str
    query: str
    current: bool
    icon: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """`show` is one of CHIPS; `closed` draws shipped and declined ones, `all` every row."""

    order: str = "score"
    show: str = ""
    search: str = ""
    closed: bool = False
    all: bool = False

    @classmethod
    def of(cls, query):
        """From a request's GET; what isn't known is left at its default."""
        show, order = query.get("show", ""), query.get("order", "")
        return cls(
            order=order if order == BY_EFFORT else "score",
            show=show if show in CHIPS else "",
            search=query.get("q", "").strip()[:200],
            closed="closed" in query,
            all="all" in query,
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
        parts |= {"q": view.search, "closed": view.closed and 1, "all": view.all and 1}
        return urlencode({name: value for name, value in parts.items() if value})

    def keeps(self, row):
        if self.show and self.show not in row.flags:
            return False
        if not self.search:
            return True
        text = " ".join([row.key, row.title, row.description, *row.tags])
        return self.search.casefold() in text.casefold()

    @property
    def chips(self):
        return [
            Link(label, self.query(show=flag), self.show == flag, icon)
            for flag, (label, icon) in CHIPS.items()
        ]

    @property
    def orders(self):
        return [
            Link("Value", self.query(order="score"), not self.by_effort),
            Link("Value for effort", self.query(order=BY_EFFORT), self.by_effort),
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
