"""What a growing history costs the pages that tell of it."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.utils import timezone

from personas.models import Persona
from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from products.services import add_requirements, create_product
from tests.benchmarks.data import owner
from tests.benchmarks.measuring import side_by_side

SEGMENTS, REQUIREMENTS = 5, 3
#: readings of each segment: none, weekly for a year, daily for a year, and many
EVENTS = (0, 260, 1_825, 20_000)
FLAT, TURNS = 1.3, 20


#: what doesn't get longer with the history
WHOLE = {
    "a requirement's page": "/p/{}/requirements/1/",
    "the ranking": "/p/{}/ranking/",
}
#: what tells the history in parts, at most 100 entries long
PARTS = {
    "Personas": "/p/{}/personas/",
    "History": "/p/{}/history/",
    "movement/?from=0": "/api/v1/products/{}/movement/?from=0",
    "a requirement's history": "/api/v1/requirements/{}/history/",
}


def growing_history():
    """A product with so many readings, five a run and so five causes: the pages beside those of a
    product without any; the parts beside the first product that fills them."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner())
    products = {events: product_with_readings(events, key=f"HIST{events}") for events in EVENTS}
    compared = [
        *((events, EVENTS[0], WHOLE) for events in EVENTS[1:]),
        (EVENTS[-1], EVENTS[-2], PARTS),
    ]
    for many, few, paths in compared:
        for name, path in paths.items():
            yield side_by_side(
                f"{name}, {many:,} readings | {few:,}",
                _asking(client, path, products[many]),
                _asking(client, path, products[few]),
                aim=FLAT,
                pairs=TURNS,
            )


def _asking(client, path, product):
    of = product.requirements.first().pk if "requirements/{}" in path else product.key

    def ask():
        assert client.get(path.format(of)).status_code == 200

    return ask


def product_with_readings(events, *, key):
    product = create_product(name=key, key=key, owner=owner())
    segments = [
        Persona.objects.create(
            product=product, name=f"Segment {n}", kind="end_user", headcount=100 * (n + 1)
        )
        for n in range(SEGMENTS)
    ]
    requirements = add_requirements(
        product=product,
        by=owner(),
        requirements=[Requirement(title=f"Requirement {n}") for n in range(REQUIREMENTS)],
    )
    Rating.objects.bulk_create(
        Rating(
            product=product, requirement=one, persona=persona, value=(n * 7 + m * 3) % 11 - 5,
            basis="seen", rater=owner(),
        )
        for n, one in enumerate(requirements)
        for m, persona in enumerate(segments)
    )  # fmt: skip
    rescore(product.pk)
    first = timezone.localdate() - timedelta(days=events // SEGMENTS)
    with connection.cursor() as cursor:
        for day in range(events // SEGMENTS):
            for n, segment in enumerate(segments):
                # A change of its own, also within a test's transaction.
                cursor.execute("SELECT set_config('userward.change_id', '', true)")
                cursor.execute(
                    "INSERT INTO personas_adoptionreading (product_id, persona_id, observed_on,"
                    " installed, active, worked_around) VALUES (%s, %s, %s, %s, %s, 0)",
                    [product.pk, segment.pk, first + timedelta(days=day), 1_000,
                     300 + (day * 37 + n * 11) % 400],
                )  # fmt: skip
            rescore(product.pk)
        cursor.execute("ANALYZE")
    return product


CASES = {"history": growing_history}
