"""A requirement as the ranking's drawer asks for it, and what follows its score."""

import re

import pytest

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.cast import signed_in
from tests.requirements.pages import text

pytestmark = pytest.mark.django_db

SWAP = "/p/ROTA/requirements/1/"
DRAWER = {"HX-Request": "true", "HX-Target": "drawer"}


def test_the_drawer_gets_the_parts_of_the_page_and_no_page(rota, client):
    drawer, page = client.get(SWAP, headers=DRAWER), client.get(SWAP)

    assert "<html" not in drawer.content.decode()
    assert "Close" in drawer.content.decode()
    assert drawer.headers["HX-Push-Url"] == "false"
    # Or the browser's back button could show the one where the other belongs.
    assert "HX-Target" in drawer.headers["Vary"]
    assert "HX-Target" in page.headers["Vary"]
    for part in ("Where 86.9 comes from", "Save the decision", "Nobody has said", "Alice Ames"):
        assert part in text(drawer)
        assert part in text(page)


def test_an_answer_is_recorded_in_the_drawer_when_one_asks_for_it(rota, client, bob):
    nurse = rota.personas.get(name="Nurse")
    bobs = signed_in(bob)

    assert "Save the rating" not in text(bobs.get(SWAP, headers=DRAWER))
    assert "How much would Nurse miss it?" in text(
        bobs.get(SWAP, {"persona": nurse.pk}, headers=DRAWER)
    )
    form = {"persona": nurse.pk, "value": "9", "basis": "asked", "note": "ward 3"}
    refused = bobs.post(f"{SWAP}rate/", form, headers=DRAWER)
    saved = bobs.post(f"{SWAP}rate/", form | {"value": "1"}, headers=DRAWER, follow=True)

    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()
    assert "whole number from −5 to 5" in text(refused)
    assert 'value="ward 3"' in refused.content.decode()
    assert "Saved for Nurse" in text(saved)
    assert "Recomputing" in text(saved)


def test_what_follows_the_score_is_asked_for_until_it_is_newer(rota, client):
    standing = client.get(SWAP).context["dossier"].standing.validator
    why = f"{SWAP}why/"

    same = client.get(why, {"have": standing})
    Rating.objects.filter(requirement__number=1, persona__name="Nurse").update(value=3)
    marked = client.get(why, {"have": standing})
    rescore(rota.pk)
    scored = client.get(why, {"have": standing})

    assert (same.status_code, same.content) == (204, b"")
    assert "Recomputing" in text(marked)
    assert f'data-live="{marked.context["dossier"].standing.validator}"' in marked.content.decode()
    # 51 of the nurses, 3 · 57.5 % of the hospital.
    assert "Where 52.7 comes from" in text(scored)
    assert '<section id="given" hx-swap-oob="true">' in scored.content.decode()


def test_a_stranger_gets_404_and_a_viewer_nothing_to_write(rota):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")

    assert signed_in(cast.user("charlie")).get(f"{SWAP}why/").status_code == 404
    drawer = signed_in(vera).get(SWAP, {"persona": rota.personas.first().pk}, headers=DRAWER)
    forms = re.findall(r"<form[^>]* action=\"([^\"]*)", drawer.content.decode())
    assert forms == [f"{SWAP}follow/"]  # which is for every reader
