"""Contributors change and delete the readings that they recorded; maintainers those of all."""

import pytest
from django.utils import timezone

from personas.services import record_reading
from tests import cast

pytestmark = pytest.mark.django_db
FIGURES = {"installed": 90, "active": 50, "worked_around": 5}


@pytest.fixture
def rota():
    return cast.rota(cast.user("alice"))


def member(product, role):
    who = cast.user(role)
    cast.join(product, who, role)
    return who


def reading_of(product, who):
    nurse = product.personas.get(name="Nurse")
    return record_reading(persona=nurse, observed_on=timezone.localdate(), by=who, **FIGURES)


def by_api(client, reading, method, **fields):
    path = f"/api/v1/adoption-readings/{reading.pk}/"
    ask = getattr(client, method)
    return ask(path, fields, content_type="application/json", headers={"If-Match": "*"})


def by_page(client, reading, **fields):
    form = {"observed_on": reading.observed_on.isoformat(), **FIGURES, **fields}
    return client.post(f"/p/ROTA/personas/{reading.persona_id}/readings/", form)


def by_post(client, reading, **fields):
    given = {"persona": reading.persona_id, "observed_on": reading.observed_on.isoformat()}
    return client.post("/api/v1/adoption-readings/", given | FIGURES | fields, "application/json")


@pytest.mark.parametrize("whose", ["maintainer", "nobody"])
def test_a_contributor_leaves_anothers_reading_as_it_is(rota, whose):
    bob = member(rota, "contributor")
    reading = reading_of(rota, None if whose == "nobody" else member(rota, whose))
    client = cast.signed_in(bob)

    answers = [
        by_api(client, reading, "patch", active=9),
        by_api(client, reading, "put", observed_on=str(reading.observed_on), **FIGURES),
        by_api(client, reading, "delete"),
        by_post(client, reading, active=9),
    ]
    page = by_page(client, reading, active=9)

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "Somebody else recorded that day" in page.content.decode()
    assert page.status_code == 422
    reading.refresh_from_db()
    assert reading.active == 50


def test_a_contributor_changes_and_deletes_their_own(rota):
    bob = member(rota, "contributor")
    reading, client = reading_of(rota, bob), cast.signed_in(bob)

    assert by_page(client, reading, active=9).status_code == 302
    assert by_post(client, reading, active=10).status_code == 201
    assert by_api(client, reading, "patch", active=11).status_code == 200
    assert rota.personas.get(name="Nurse").readings.get().active == 11
    assert by_api(client, reading, "delete").status_code == 204


def test_a_maintainer_changes_and_deletes_anothers(rota):
    reading = reading_of(rota, member(rota, "contributor"))
    client = cast.signed_in(member(rota, "maintainer"))

    assert by_page(client, reading, active=9).status_code == 302
    assert by_api(client, reading, "patch", active=11).status_code == 200
    assert by_api(client, reading, "delete").status_code == 204
