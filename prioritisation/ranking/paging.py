"""A page of a ranking of any length: read at once, made into Rows part by part.

A whole ranking of 10,000 requirements and 48 personas takes 60 MB as the database gives it, and
several times as much as Rows.
"""

from dataclasses import dataclass

from prioritisation.selectors.ranking_sql import place_of
from prioritisation.selectors.rankings import Ranking, found_ranking, rows_of

PART = 500


@dataclass(slots=True)
class RankingPage:
    ranking: Ranking
    """Without its rows."""
    first: tuple | None
    """The places of the first and the last row; None where it has none."""
    last: tuple | None
    more_before: bool
    more_after: bool
    _found: list

    def parts(self):
        """Lists of Rows, once: what has been handed out is kept no longer."""
        ranking, found = self.ranking, self._found
        while found:
            part = [values for values in found[:PART] if values[0] is not None]
            del found[:PART]
            yield rows_of(ranking.product, part, ranking.personas)

    def rows(self):
        for part in self.parts():
            yield from part


def read_page(product, *, order, limit=None, after=None, backwards=False, **query):
    """The RankingPage of up to `limit` rows after the place `after`, or before it; `query` is what
    `found_ranking` takes."""
    standing, personas, found = found_ranking(
        product, order=order, limit=limit, after=after, backwards=backwards, **query
    )
    limit = len(found) if limit is None else limit
    more = len(found) > limit
    del found[limit:]
    if backwards:
        found.reverse()
    ends = [place_of(found[at], order) for at in (0, -1)] if found else (None, None)
    return RankingPage(
        Ranking(product, standing, personas, [], more),
        *ends,
        more if backwards else bool(after),
        bool(found) if backwards else more,
        found,
    )
