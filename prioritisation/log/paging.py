"""Where a page of the log begins, as a text for an address."""

from datetime import datetime

from prioritisation.log.sources import SOURCES
from products.api.pages import decoded, encoded

LAST_ID = 2**63 - 1


def cursor(place, *, backwards=False):
    time, table, pk = place
    return encoded("b" if backwards else "f", time.isoformat(), table, pk)


def read_cursor(text):
    """(the place, whether what is before it is asked for). Raises ValueError."""
    direction, time, table, pk = decoded(text)
    place = datetime.fromisoformat(time), int(table), int(pk)
    if direction not in "fb" or place[0].tzinfo is None:
        raise ValueError(text)
    if not (0 <= place[1] < len(SOURCES) and 0 < place[2] <= LAST_ID):
        raise ValueError(text)
    return place, direction == "b"


class Window:
    """Which part of the log a page shows, by `?at=`; a cursor that isn't ours means the newest."""

    def __init__(self, request):
        self._query = request.GET.copy()
        try:
            self._beyond, self._backwards = read_cursor(self._query.get("at", ""))
        except ValueError:
            self._beyond, self._backwards = None, False
        self._query.pop("at", None)
        for name in [name for name, value in self._query.items() if not value]:
            del self._query[name]

    @property
    def asked(self):
        """What read_log is to be asked with."""
        return {"beyond": self._beyond, "backwards": self._backwards}

    def context(self, entries, more):
        """The entries, addresses of those beside them or None, and the query without a place."""
        newer = more if self._backwards else self._beyond is not None
        older = self._backwards or more
        return {
            "entries": entries,
            "newer": self._address(entries[0], backwards=True) if entries and newer else None,
            "older": self._address(entries[-1]) if entries and older else None,
            "query": self._query.urlencode(),
        }

    def _address(self, entry, *, backwards=False):
        query = self._query.copy()
        query["at"] = cursor(entry.place, backwards=backwards)
        return f"?{query.urlencode()}"
