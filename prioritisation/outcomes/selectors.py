"""What shipped, what was expected of it, and what adoption did since."""

from dataclasses import dataclass

from django.db import connection

from prioritisation.outcomes.calibration import Expectation, Fit, fit
from prioritisation.presentation.formatting import UNIT
from prioritisation.selectors.weights import people_of
from products.models import Status


@dataclass(frozen=True, slots=True)
class Shipped:
    requirement_id: int
    number: int
    title: str
    at: object
    """When it left the order."""
    reach: float
    """Which part of the people was expected to use the product with it, 0…1."""
    expectations: list


@dataclass(frozen=True, slots=True)
class Outcomes:
    shipped: list
    """The latest first."""
    adopted: float | None
    """Which part of the people uses it now, 0…1."""
    fit: Fit | None
    responsiveness: float

    @property
    def words(self):
        return self.fit.words(self.responsiveness) if self.fit else ""

    @property
    def offers(self):
        """Whether another value would fit better."""
        return self.fit is not None and self.fit.fitted != round(self.responsiveness, 2)


def read_outcomes(product):
    """The product's Outcomes: requirements that shipped, and had a place in the order before."""
    people = people_of(product)
    shipped = [_shipped(row, people) for row in _rows(product)]
    return Outcomes(
        shipped=shipped[::-1],
        adopted=people.adopted,
        fit=fit([one for each in shipped for one in each.expectations]),
        responsiveness=people.policy.responsiveness,
    )


def _rows(product):
    """Of each shipped requirement its last score that had a place, the oldest first."""
    columns = ("id", "number", "title", "at", "reach", "means", "confidences", "personas")
    columns += ("adoption", "policy")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT * FROM (
                SELECT DISTINCT ON (q.id) q.id, q.number, q.title, (
                        SELECT min(created_at) FROM prioritisation_scorechange later
                        WHERE later.requirement_id = q.id AND later.id > c.id
                    ) AS at, c.reach, c.means, c.confidences, r.persona_ids, r.adoption,
                    (r.policy ->> 'responsiveness')::float8
                FROM products_requirement q
                JOIN prioritisation_scorechange c ON c.requirement_id = q.id AND c.ranked
                JOIN prioritisation_scoringrun r ON r.id = c.run_id
                WHERE q.product_id = %(product)s AND q.status = %(shipped)s
                ORDER BY q.id, c.id DESC
            ) last WHERE at IS NOT NULL ORDER BY at, id
            """,
            {"product": product.pk, "shipped": Status.SHIPPED},
        )
        return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]


def _shipped(row, people):
    then = zip(row["personas"], row["adoption"], row["means"], row["confidences"], strict=True)
    told = {pk: (adoption, mean, confidence) for pk, adoption, mean, confidence in then}
    return Shipped(
        requirement_id=row["id"],
        number=row["number"],
        title=row["title"],
        at=row["at"],
        reach=row["reach"],
        expectations=[
            _expectation(row, persona, *told[persona.pk], people)
            for persona in people.counted
            if persona.is_end_user and persona.pk in told
        ],
    )


def _expectation(row, persona, adoption, mean, confidence, people):
    since = persona.reading and persona.reading.observed_on > row["at"].date()
    return Expectation(
        requirement_id=row["id"],
        persona_id=persona.pk,
        name=persona.name,
        adoption=adoption,
        value=confidence / 100 * mean / UNIT / 5,
        responsiveness=row["policy"],
        now=people.adoption[persona.pk] if since else None,
        people=persona.headcount or (persona.reading.installed if persona.reading else 1) or 1,
    )
