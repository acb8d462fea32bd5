"""If-Match and If-None-Match by RFC 9110, section 13."""

import pytest

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
from products.api import base
from tests.api.test_races import just_before

RANKING = "/api/v1/products/ROTA/ranking/"


@pytest.fixture
def nurse(product):
    """At version 2."""
    row = product.personas.get(name="Nurse")
    product.personas.filter(pk=row.pk).update(headcount=501)
    return row


def change(client, nurse, **headers):
    url = f"/api/v1/personas/{nurse.pk}/"
    return client.patch(url, {"headcount": 600}, format="json", headers=headers).status_code


@pytest.mark.parametrize(
    "header",
    ['"2"', 'W/"2"', '"1", "2"', 'W/"1",W/"2" ', "*", "2", '"x,y", "2"', '"2-gzip"', '"2--gzip"'],
)
def test_if_match_takes_weak_ones_lists_and_any(as_user, nurse, header):
    assert change(as_user("alice"), nurse, **{"If-Match": header}) == 200


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', '"1", "3"', '"x"', '"22"', '"1"-gzip'])
def test_if_match_of_another_is_refused(as_user, nurse, header):
    assert change(as_user("alice"), nurse, **{"If-Match": header}) in (400, 412)
    assert Persona.objects.get(pk=nurse.pk).headcount == 501


@pytest.mark.parametrize("header", ["", '"2', "x", '"2" "3"', ",", "*, *"])
def test_if_match_that_cannot_be_read_is_told(as_user, nurse, header):
    assert change(as_user("alice"), nurse, **{"If-Match": header}) == 400


@pytest.mark.parametrize(("header", "status"), [("*", 412), ('W/"2"', 412), ('"1"', 200)])
def test_if_none_match_refuses_a_change_of_what_matches(as_user, nurse, header, status):
    headers = {"If-Match": '"2"', "If-None-Match": header}

    assert change(as_user("alice"), nurse, **headers) == status


def test_what_is_stale_is_told_before_what_is_wrong(as_user, nurse):
    """Else one who sends an old answer back hears of its read-only fields, not of the other."""
    body = {"version": 1, "headcount": 0}
    answer = as_user("alice").patch(
        f"/api/v1/personas/{nurse.pk}/", body, format="json", headers={"If-Match": '"1"'}
    )

    assert answer.status_code == 412


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("method", ["patch", "delete"])
def test_any_version_is_also_one_that_came_meanwhile(as_user, nurse, monkeypatch, method):
    service = {"patch": "save_if_current", "delete": "delete_if_current"}[method]
    others = Persona.objects.filter(pk=nurse.pk)
    just_before(monkeypatch, base, service, lambda: others.update(quote="Mine too"))

    answer = getattr(as_user("alice"), method)(
        f"/api/v1/personas/{nurse.pk}/", {"headcount": 7}, "json", headers={"If-Match": "*"}
    )

    assert answer.status_code in (200, 204)
    assert [(row.quote, row.headcount) for row in others.all()] in ([("Mine too", 7)], [])


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", W/{}', "*"])
def test_if_none_match_takes_weak_ones_lists_and_any(as_user, product, form):
    rescore(product.pk)
    vera = as_user("vera")
    etag = vera.get(RANKING)["ETag"]

    answer = vera.get(RANKING, headers={"If-None-Match": form.format(etag)})

    assert (answer.status_code, answer["ETag"], answer.content) == (304, etag, b"")
    assert vera.get(RANKING, headers={"If-None-Match": '"other"'}).status_code == 200
