"""What the list of products says about each, in a number of queries that doesn't grow."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection

from prioritisation.pipeline.snapshots import snapshot
from prioritisation.selectors.weights import read_people
from prioritisation.selectors.whole_ranking import read_whole
from products.models import OPEN, Product


@dataclass(slots=True)
class Card:
    product: object
    market: str
    adoption: float | None = None
    """0…1; None where no end user is counted."""
    assumed: bool = False
    """Whether adoption is what the policy assumes, nobody having looked."""
    answered: float | None = None
    """0…1, the mean over open requirements; None where there is none."""
    changed_at: datetime | None = None
    top: list = field(default_factory=list)
    """(rank, number, title, score in ten-thousandths) of the first three."""


def read_cards(user):
    """A Card for each of the user's products, their own before samples."""
    with snapshot():
        products = list(Product.objects.with_role(user).order_by("is_sample", "name", "id"))
        ids = [product.pk for product in products]
        people, top, answers = read_people(ids), _top_three(ids), _answers(ids)
    cards = []
    for product in products:
        them = people[product.pk]
        answered, changed_at = answers.get(product.pk, (None, None))
        cards.append(
            Card(
                product,
                market_in_words({persona.kind for persona in them.personas}),
                them.adopted,
                not them.has_readings,
                answered,
                changed_at,
                top.get(product.pk, []),
            )
        )
    return cards


def market_in_words(kinds):
    """Read off the kinds of a product's personas: "users, a buyer and a sponsor"."""
    parts = [
        words
        for kind, words in [
            ("end_user", "users"),
            ("procurer", "a buyer"),
            ("advertiser", "a sponsor"),
            ("other", "others"),
        ]
        if kind in kinds
    ]
    if not parts:
        return "Nobody yet"
    if parts == ["users"]:
        return "Users only"
    *first, last = parts
    text = f"{', '.join(first)} and {last}" if first else last
    return text[0].upper() + text[1:]


def _top_three(product_ids):
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.product_id, s.rank, q.number, q.title, s.score FROM (
                SELECT product_id, requirement_id, score, number,
                    rank() OVER (PARTITION BY product_id ORDER BY score DESC) AS rank,
                    row_number() OVER (PARTITION BY product_id ORDER BY score DESC, number) AS n
                FROM prioritisation_score WHERE product_id = ANY (%s) AND ranked
            ) s JOIN products_requirement q ON q.id = s.requirement_id
            WHERE s.n <= 3 ORDER BY s.product_id, s.n
            """,
            [product_ids],
        )
        for product_id, *row in cursor.fetchall():
            found.setdefault(product_id, []).append(tuple(row))
    return found


def _answers(product_ids):
    """Product id → (how far open requirements are answered, when scores last changed)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.id, (
                    SELECT avg(COALESCE(s.answered, 0)) FROM products_requirement q
                    LEFT JOIN prioritisation_score s ON s.requirement_id = q.id
                    WHERE q.product_id = p.id AND q.status = ANY (%s)
                ), COALESCE(r.computed_at, p.created_at)
            FROM products_product p
            LEFT JOIN prioritisation_scoringstate t ON t.product_id = p.id
            LEFT JOIN prioritisation_scoringrun r ON r.id = t.run_id
            WHERE p.id = ANY (%s)
            """,
            [list(OPEN), product_ids],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Surprise:
    """What a sample opens on: wanted by those who pay, of no use to those who'd use it."""

    product: object
    number: int
    title: str
    rank: int
    users: list
    """Names of the end users who don't care."""
    reach: float
    lost: int
    """What it is worth to payers, but not to the score; ten-thousandths."""


def most_surprising(products):
    """The Surprise of these products that loses most, or None."""
    found = [one for one in map(surprise, products) if one]
    return max(found, key=lambda one: one.lost, default=None)


def surprise(product):
    """The product's Surprise that loses most of what it's worth to payers, or None."""
    ranking = read_whole(product)
    rows = [row for row in ranking.rows if row.ranked and "shelfware" in row.flags]
    if not rows:
        return None
    row = max(rows, key=lambda row: (_lost(row), -row.number))
    users = [p.name for p in ranking.personas if p.is_end_user and row.means.get(p.id, 9) <= 0.5]
    return Surprise(product, row.number, row.title, row.rank, users, row.reach, _lost(row))


def _lost(row):
    return sum(row.unrealised.values())
