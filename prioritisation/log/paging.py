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
