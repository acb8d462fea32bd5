"""Products of any size, made by the database itself in seconds."""

from django.db import connection

from accounts.models import User
from personas.models import Persona
from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Product, Requirement
from products.services import create_product

KINDS = ["end_user", "end_user", "end_user", "procurer", "advertiser"]


def owner() -> User:
    return User.objects.get_or_create(username="bench", defaults={"email": "bench@example.org"})[0]


def product_of(
    requirements: int, *, kinds: list[str] = KINDS, name: str = "", vacuum: bool = True
) -> Product:
    """A scored product of so many requirements, each rated by a persona of each of the kinds."""
    product = create_product(name=name or f"BENCH{requirements}", owner=owner())
    for number, kind in enumerate(kinds):
        Persona.objects.create(
            product=product, name=f"Persona {number}", kind=kind, headcount=100 * (number + 1)
        )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO {Requirement._meta.db_table}
                (product_id, number, title, description, decision, effort, tags)
            SELECT %s, n, 'Requirement ' || n, 'What it is and why, in a sentence or two.', '',
                1 + n %% 13, ARRAY['tag' || n %% 7]
            FROM generate_series(1, %s) n
            """,
            [product.pk, requirements],
        )
        cursor.execute(
            f"""
            INSERT INTO {Rating._meta.db_table}
                (product_id, requirement_id, persona_id, value, basis, rater_id)
            SELECT r.product_id, r.id, p.id, (r.number * 7 + p.id * 3) %% 11 - 5,
                (ARRAY['seen', 'asked', 'guessed'])[1 + (r.number + p.id) %% 3], %s
            FROM {Requirement._meta.db_table} r
            JOIN {Persona._meta.db_table} p ON p.product_id = r.product_id
            WHERE r.product_id = %s
            """,
            [owner().pk, product.pk],
        )
    rescore(product.pk)
    if vacuum:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    return product
