"""Writes to ratings. The caller has authorised them; marks are the database's own doing."""

from dataclasses import dataclass
from itertools import groupby

from prioritisation.models import Basis, Rating
from products.following import follow_by_taking_part


@dataclass(frozen=True, slots=True)
class NewRating:
    """What somebody found out. `source` is set where it isn't the rater's own judgement.

    A basis or a note that is None isn't said: where there is a rating already, its own stays.
    """

    requirement_id: int
    persona_id: int
    value: int
    basis: str | None = Basis.GUESSED
    note: str | None = ""
    source: str = ""

    @property
    def said(self):
        """The columns that it replaces in an earlier rating."""
        told = [name for name in ("basis", "note") if getattr(self, name) is not None]
        return ("value", *told, "source")


#: of a new rating, where they aren't said
UNSAID = {"basis": Basis.GUESSED, "note": ""}
COLUMNS = ("requirement_id", "persona_id", "value", "basis", "note", "source")


def record_rating(*, product, by, requirement, persona, value, basis=Basis.GUESSED, note=""):
    """Record the user's own rating of a requirement for a persona, replacing an earlier one."""
    new = NewRating(requirement.pk, persona.pk, value, basis, note)
    return record_ratings(product=product, by=by, ratings=[new])[0]


def record_ratings(*, product, by, ratings, as_source=False, replacing=True, following=True):
    """Record NewRatings; return the Ratings, in no particular order.

    Each replaces, in what it says, the rater's earlier one for that requirement and persona or,
    `as_source`, that source's (which then has no rater); one that says nothing new stays as it is.
    Not `replacing`, one that is there stays too, and isn't among those returned: whoever found
    none has been overtaken by another window. No two may be for the same. The database refuses a
    requirement or persona of another product (IntegrityError).

    Who rates follows what they rated unless, as an import does, `following` says otherwise.
    """
    made = []
    for said, alike in groupby(sorted(ratings, key=_said), key=_said):
        on_conflict = _replace(said) if replacing else "NOTHING"
        made += _record(product, by, list(alike), as_source, on_conflict)
    if following and not as_source:
        ids = {rating.requirement_id for rating in made}
        follow_by_taking_part(user=by, product=product, requirement_ids=ids)
    return made


def _said(rating):
    return rating.said


def _replace(said):
    there, given = (", ".join(f"{row}.{name}" for name in said) for row in ("r", "EXCLUDED"))
    return f"""UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in said)},
        updated_by_id = CASE WHEN ({there}) IS DISTINCT FROM ({given})
            THEN EXCLUDED.updated_by_id ELSE r.updated_by_id END"""


def _given(rating, name):
    value = getattr(rating, name)
    return UNSAID[name] if value is None else value


def _record(product, by, ratings, as_source, on_conflict):
    """In one statement."""
    rater = "source" if as_source else "rater_id"
    columns = [[_given(new, name) for new in ratings] for name in COLUMNS]
    return list(
        Rating.objects.raw(
            f"""
            INSERT INTO prioritisation_rating AS r (product_id, rater_id, updated_by_id,
                {", ".join(COLUMNS)})
            SELECT %s, %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[],
                %s::text[], %s::text[])
            ON CONFLICT (requirement_id, persona_id, {rater})
                WHERE rater_id IS {"" if as_source else "NOT"} NULL
            DO {on_conflict}
            RETURNING *
            """,  # noqa: S608 - only names written here
            [
                product.pk,
                None if as_source else by.pk,
                by.pk if by is not None else None,
                *columns,
            ],
        )
    )


def withdraw_rating(rating):
    rating.delete()


def withdraw_ratings(ratings):
    """Withdraw several Ratings in one statement."""
    Rating.objects.filter(pk__in=[rating.pk for rating in ratings]).delete()
