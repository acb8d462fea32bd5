"""A requirement is its id, its key beside it; a persona its id, its name beside it. Everywhere."""

import pytest

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests import crawling
from tests.crawling import Crawler, client_of, urls


@pytest.fixture
def product(db):
    made = crawling.cast()
    made.requirements.filter(number=3).update(status="shipped")
    rescore(made.pk)
    return made


def named(value):
    """Every object in a JSON value that names a requirement or a persona."""
    if isinstance(value, dict):
        if value.keys() & {"requirement", "persona", "requirements", "personas"}:
            yield value
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from named(inner)


def test_every_answer_names_them_in_one_way(product):
    alice, crawler, seen = client_of("alice"), Crawler(product), 0
    keys = {row.pk: row.key for row in Requirement.objects.select_related("product")}
    names = dict(Persona.objects.values_list("pk", "name"))
    first, second = list(keys)[:2]
    for url in urls():
        if not (url.is_api and url.of_a_product and "GET" in url.methods):
            continue
        path = crawler.path(url)
        if url.name == "api_comparison":
            path += f"a={first}&b={second}"
        answer = alice.get(path)
        assert answer.status_code == 200, (url.name, answer.content)
        if answer["Content-Type"] != "application/json":
            continue
        for found in named(answer.json()):
            seen += 1
            one = found.get("requirement")
            if isinstance(one, dict):  # the requirement itself, in a row of the ranking
                assert keys[one["id"]] == one["key"]
            elif one is not None:
                assert found["key"] == keys[one], (url.name, found)
            if (who := found.get("persona")) is not None:
                assert found["name"] == names[who], (url.name, found)
    assert seen > 30
