"""Writes to ratings. The caller has authorised them; marks are the database's own doing."""

from dataclasses import dataclass

from prioritisation.models import Basis, Rating


@dataclass(frozen=True, slots=True)
class NewRating:
    """What somebody found out. `source` is set where it isn't the rater's own judgement."""

    requirement_id: int
    persona_id: int
    value: int
    basis: str = Basis.GUESSED
    note: str = ""
    source: str = ""


def record_rating(*, product, by, requirement, persona, value, basis=Basis.GUESSED, note=""):
    """Record the user's own rating of a requirement for a persona, replacing an earlier one."""
    new = NewRating(requirement.pk, persona.pk, value, basis, note)
    return record_ratings(product=product, by=by, ratings=[new])[0]


def record_ratings(*, product, by, ratings, as_source=False):
    """Record NewRatings in one statement; return the Ratings, in no particular order.

    Each replaces the rater's earlier one for that requirement and persona or, `as_source`, that
    source's (which then has no rater). No two may be for the same. The database refuses a
    requirement or persona of another product (IntegrityError).
    """
    conflict = "source" if as_source else "rater_id"
    columns = ("requirement_id", "persona_id", "value", "basis", "note", "source")
    return list(
        Rating.objects.raw(
            f"""
            INSERT INTO prioritisation_rating (product_id, rater_id, updated_by_id,
                {", ".join(columns)})
            SELECT %s, %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::smallint[], %s::text[],
                %s::text[], %s::text[])
            ON CONFLICT (requirement_id, persona_id, {conflict})
                WHERE rater_id IS {"" if as_source else "NOT"} NULL
            DO UPDATE SET value = EXCLUDED.value, basis = EXCLUDED.basis, note = EXCLUDED.note,
                source = EXCLUDED.source, updated_by_id = EXCLUDED.updated_by_id
            RETURNING *
            """,  # noqa: S608 - only names written here
            [
                product.pk,
                None if as_source else by.pk,
                by.pk if by is not None else None,
                *([getattr(new, name) for new in ratings] for name in columns),
            ],
        )
    )


def withdraw_rating(rating):
    rating.delete()


def withdraw_ratings(ratings):
    """Withdraw several Ratings in one statement."""
    Rating.objects.filter(pk__in=[rating.pk for rating in ratings]).delete()
