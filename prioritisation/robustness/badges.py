"""How sure single requirements are of their place, told for the version that is shown or not at
all: the same badge and words wherever one of them is drawn."""

from dataclasses import dataclass

from django.core.cache import caches

from prioritisation.robustness import sentences as words
from prioritisation.robustness.selectors import kept_plausible, read_plausible, titles_of
from prioritisation.scoring.rank_acceptability import SHOWN
from prioritisation.scoring.sensitivity import TOPS, seats
from prioritisation.selectors.current_inputs import read_present
from prioritisation.selectors.rankings import standing_of

cache = caches["process"]

#: Ratings of larger products aren't read for the ranking page, only for whoever asks.
MOST_CELLS = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """How firmly a requirement has its place among the top k."""

    verdict: str
    sentence: str

    @property
    def badge(self):
        """Whether it is worth one: what is neither isn't."""
        return self.verdict in {"robust", "fragile"}

    @property
    def label(self):
        return words.VERDICTS[self.verdict]

    @property
    def means(self):
        return words.PLACE_MEANS[self.verdict]

    @property
    def icon(self):
        return words.ICONS[self.verdict]


@dataclass(frozen=True, slots=True)
class Told:
    """What a requirement's page says of its place."""

    place: Place | None
    sentences: list


def read_places(product_id, standing, *, cells):
    """Requirement id → Place of the first ten, in the order that `standing` shows.

    Empty while an input is newer than that order, unless it was worked out before; and where the
    product has more than MOST_CELLS `cells` and nobody has asked for it."""
    key = f"places.{product_id}.{standing.version}"
    found = cache.get(key)
    if found is not None or standing.stale or cells > MOST_CELLS:
        return found or {}
    present = read_present(product_id)
    if present.standing.validator != standing.validator:
        return {}
    found = seats(*present.arguments)
    ends = [end for seat in found.values() for hold in seat.holds for end in hold.ends]
    labels = words.Labels(titles_of({flip.riser for flip in ends}), present.names)
    told = {
        pk: Place(seat.verdict, words.seat_sentence(seat, labels)) for pk, seat in found.items()
    }
    cache.set(key, told)
    return told


def kept_told(product_id, requirement_id, rank, standing):
    """The Told, where it is at hand; None where `read_told` has to work it out."""
    places = cache.get(f"places.{product_id}.{standing.version}")
    shares = kept_plausible(product_id, standing)
    if places is None or shares is None:
        return None
    return _told(requirement_id, rank, places, shares)


def read_told(product_id, requirement_id, rank):
    """The Told; None while an input is newer than the order that is shown."""
    standing = standing_of(product_id)
    if standing.stale:
        return None
    places = read_places(product_id, standing, cells=0)
    plausible = read_plausible(product_id)
    current = None if plausible.stale else plausible.result
    return _told(requirement_id, rank, places, current)


def is_told(rank):
    """Whether anything is said of a requirement of this rank, or None."""
    return rank is not None and rank <= SHOWN


def _told(requirement_id, rank, places, shares):
    place = places.get(requirement_id)
    sentences = [place.sentence] if place else []
    rows = shares["requirements"] if shares else ()
    for row in (row for row in rows if row["id"] == requirement_id):
        # The smallest top that holds it, or else the largest that leaves somebody out.
        tops = [top for top in TOPS if top < shares["ranked"]] or [1]
        top = next((top for top in tops if rank <= top), tops[-1])
        sentences.append(words.share_sentence(row, top))
    return Told(place, sentences)
