"""What a test sees of the marks."""

from prioritisation.models import ProductChange, Rating
from products.models import Requirement


def unmarked(product):
    ProductChange.objects.all().delete()
    return product


def marks():
    """{(number of the requirement or None, table without its app)}, one each."""
    numbers = dict(Requirement.objects.values_list("id", "number"))
    rows = ProductChange.objects.values_list("requirement_id", "table_name")
    found = [(numbers.get(pk, pk), table.partition("_")[2]) for pk, table in rows]
    assert len(found) == len(set(found))
    return set(found)


def nurse_on_swap(product):
    return Rating.objects.get(product=product, requirement__number=1, persona__name="Nurse")
