"""The pages where people type, with all that is folded away opened."""

from datetime import date

import pytest

from personas.models import AdoptionReading, Persona
from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.browser import axe

pytestmark = pytest.mark.django_db(transaction=True)

FOLDED = [
    "/products/new/",
    "/p/ROTA/start/",
    "/p/ROTA/rate/?persona=",
    "/p/ROTA/personas/",
    "/p/ROTA/weighed/",
]


@pytest.fixture
def rota(sign_in):
    alice = cast.user("alice")
    rota = cast.rota(alice)
    nurse = rota.personas.get(name="Nurse")
    for month, active in enumerate([200, 220, 260], start=8):
        AdoptionReading.objects.create(
            product=rota,
            persona=nurse,
            observed_on=date(2026, month, 1),
            installed=500,
            active=active,
            worked_around=40,
        )
    Persona.objects.create(product=rota, name="Locum", kind="end_user", importance=0)
    Persona.objects.create(product=rota, name="Agency", kind="advertiser", position=9)
    rescore(rota.pk)
    sign_in(alice)
    return rota


def test_what_is_folded_away_can_be_read_by_everybody(page, rota):
    found = []
    for address in FOLDED:
        page.goto(address)
        page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += [f"{address}, {scheme}: {one}" for one in axe.violations(page)]
    assert found == []
