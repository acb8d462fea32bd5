"""What to find out next, on its page and in the API; every number by hand."""

import re

import pytest
from django.urls import reverse

from prioritisation.pipeline.rescoring import rescore
from products.services import create_product
from tests import cast
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota():
    """Cast's Rota, where the nurse's 0 for single sign-on is only a guess.

    Scores: swap 86.875, sign-on 7.5 (reach 0.5 of the hospital's 15), dark mode isn't rated.
    """
    product = cast.rota(cast.user("alice"))
    nurse = product.personas.get(name="Nurse")
    product.requirements.get(number=2).ratings.filter(persona=nurse).update(basis="guessed")
    rescore(product.pk)
    return product


@pytest.fixture
def client(rota):
    return signed_in(rota.memberships.get().user)


def asks_in(html):
    lists = re.findall('(?s)<ol class="one frame asks">(.*?)</ol>', html)
    return [
        " ".join(re.sub("<[^>]+>", "", item).split())
        for items in lists
        for item in re.findall("(?s)<li>.*?</li>", items)
    ]


def test_answers_are_listed_by_the_chance_to_change_the_top(rota, client):
    html = client.get(reverse("ask", args=["ROTA"]), {"top": 1}).content.decode()

    # Dark mode: an answer x of the nurse scores 85x, and passes 86.875 never. Sign-on: 7.5 + 85x +
    # 15·0.25·0.5x for x up to 0.5: 50.9. So nothing could change what is first …
    assert "No single open answer could change what is first." in html

    html = client.get(reverse("ask", args=["ROTA"]), {"top": 3}).content.decode()

    # … while two of three places are taken: whoever answers on dark mode puts it there.
    assert "<b>2 open answers</b> could change the top 3." in html
    asked = asks_in(html)
    assert asked[0].startswith(
        "Ask Nurse about “Dark mode”missing · could come in 2nd to 3rd"
        " · changes the top 3 in 100 % of answers"
    )
    assert asked[1].startswith("Ask Hospital about “Dark mode”missing · could come in 2nd to 3rd")
    # Sign-on stays second of two, whatever the nurse says.
    assert len(asked) == 2
    assert "1 more can’t change any place" in html


def test_the_button_leads_to_where_the_answer_is_recorded(rota, client):
    html = client.get(reverse("ask", args=["ROTA"])).content.decode()
    href = re.search(r'href="([^"]*persona=\d+)#rate"', html)[1]

    form = client.get(href).content.decode()

    nurse = rota.personas.get(name="Nurse").pk
    assert href == f"/p/ROTA/requirements/3/?persona={nurse}"
    assert f'<input type="hidden" name="persona" value="{nurse}">' in form
    answer = client.post(
        f"{href.split('?')[0]}rate/", {"persona": nurse, "value": 2, "basis": "seen"}
    )
    assert answer.status_code == 302
    assert rota.requirements.get(number=3).ratings.get().value == 2


def test_the_sidebar_counts_what_could_change_the_top(rota, client):
    html = client.get(reverse("personas", args=["ROTA"])).content.decode()

    assert re.search(r'data-nav="ask"[^>]*>.*?<span class="count">2</span>', html, re.S)


def test_whoever_gets_nothing_out_of_the_top_is_named(rota, client):
    rota.requirements.get(number=2).ratings.filter(persona__name="Hospital").update(value=1)
    rescore(rota.pk)

    html = client.get(reverse("ask", args=["ROTA"])).content.decode()

    assert "Nothing that is ranked is worth more than +1 to Hospital." in html


def test_a_viewer_reads_without_buttons(rota):
    cast.join(rota, vera := cast.user("vera"), "viewer")

    html = signed_in(vera).get(reverse("ask", args=["ROTA"])).content.decode()

    assert "Dark mode" in html
    assert "Record the answer" not in html


def test_where_all_is_known_there_is_nothing_to_ask(rota, client):
    rota.requirements.get(number=3).delete()
    for rating in rota.requirements.get(number=2).ratings.all():
        rating.basis = "seen"
        rating.save()

    assert "Nothing to ask" in client.get(reverse("ask", args=["ROTA"])).content.decode()


def test_programs_get_the_same(rota, client):
    said = client.get("/api/v1/products/ROTA/ask-next/?top=2&limit=1").json()

    # The second place is sign-on's 7.5. 85x of dark mode's nurse passes it from x = 3/34 on: of a
    # range from −1 to 1 that is (1 − 3/34)/2. Its hospital draws level at best. Sign-on itself
    # stays second until dark mode is rated.
    (first,) = said["results"]
    assert (said["top"], said["could_change_top"], said["starved"]) == (2, 2, [])
    nurse, dark = rota.personas.get(name="Nurse").pk, rota.requirements.get(number=3).pk
    assert (first["requirement"], first["key"]) == (dark, "ROTA-3")
    assert (first["persona"], first["name"], first["guess"]) == (nurse, "Nurse", None)
    assert first["rank"] is None
    assert first["top_chance"] == pytest.approx((1 - 3 / 34) / 2, abs=1e-5)
    assert (first["best_rank"], first["worst_rank"]) == (2, 3)
    assert first["sentence"] == "Ask Nurse about “Dark mode”: could come in 2nd to 3rd."
    assert client.get("/api/v1/products/ROTA/ask-next/?top=0").status_code == 400


@pytest.mark.parametrize("page", ["ask", "compare", "lenses"])
@pytest.mark.parametrize("described", ["nothing", "a payer", "a title"])
def test_a_product_that_is_hardly_begun_has_these_pages_too(client, rota, page, described):
    product = create_product(name="Larder", owner=rota.memberships.get().user)
    if described == "a payer":
        product.personas.create(product=product, name="Brand", kind="advertiser")
    if described != "nothing":
        product.requirements.create(product=product, title="Shopping list")
    rescore(product.pk)

    assert client.get(reverse(page, args=[product.key])).status_code == 200
    api = {"ask": "ask-next/", "compare": "comparison/?a=1&b=2", "lenses": "lenses/"}[page]
    answer = client.get(f"/api/v1/products/{product.key}/{api}")
    assert answer.status_code == (400 if page == "compare" else 200)
