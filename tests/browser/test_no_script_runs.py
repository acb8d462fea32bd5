"""What people type is text: no page that shows it runs it, also where no policy forbids that."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, Scenario, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from products.models import Comment, Product, Requirement
from tests import cast
from tests.browser.fixtures import session_of
from tests.browser.test_every_page import ALONE, OF_A_PRODUCT, OF_A_REQUIREMENT

#: each would say so, wherever a page forgets to escape
SCRIPTS = [
    "<script>window.__ran=1</script>",
    "<img src=x onerror=window.__ran=1>",
    "</script><script>window.__ran=1</script>",
    '"><svg onload=window.__ran=1>',
    "' autofocus onfocus=window.__ran=1 x='",
    "</textarea></title><iframe srcdoc='<script>parent.__ran=1</script>'>",
]
LINKS = "[a](javascript:window.__ran=1) <javascript:window.__ran=1> [b](data:text/html,x)"
#: what would be there if one were let through
LET_THROUGH = """() => [
    ...(window.__ran ? ["a script ran"] : []),
    ...[...document.querySelectorAll(
        'img[src="x"], svg[onload], iframe, [onfocus], [onerror], [href^="javascript:" i], ' +
        '[href^="data:" i], [href^="vbscript:" i]'
    )].map((one) => one.outerHTML.slice(0, 200)),
]"""
#: model → the columns that people type into, and how much each holds
TYPED = {
    User: {"first_name": 150},
    Product: {"name": 100, "description": 500, "effort_unit": 20},
    Persona: {"name": 100, "summary": 300, "goals": 300, "frustrations": 300, "quote": 300},
    Requirement: {"title": 200, "decision": 300, "must_note": 300, "external_id": 200},
    Rating: {"note": 300},
    Comment: {"text": 300},
    AdoptionReading: {"note": 300, "source": 200},
    Scenario: {"name": 100, "note": 300},
    ScoringPolicy: {"reason": 300},
}


def type_scripts(start):
    """Each column holds another one, so that in a few rounds each has held them all."""
    number = start
    for model, columns in TYPED.items():
        for row in model.objects.all():
            texts = {}
            for name, room in columns.items():
                number += 1
                texts[name] = f"{row.pk}{SCRIPTS[number % len(SCRIPTS)]}"[:room]
            model.objects.filter(pk=row.pk).update(**texts)
    Requirement.objects.update(
        description=f"{LINKS} {SCRIPTS[start]}", tags=[SCRIPTS[start][:40]], must_reason="law"
    )
    with connection.cursor() as cursor:  # as psql could; a form refuses it
        cursor.execute("UPDATE products_requirement SET external_url = 'javascript:window.__ran=1'")


@pytest.fixture
def rota(transactional_db):
    alice = cast.user("alice")
    product = cast.rota(alice)
    swap, nurse = product.requirements.get(number=1), product.personas.get(name="Nurse")
    Comment.objects.create(product=product, requirement=swap, author=alice, text="x")
    AdoptionReading.objects.create(
        product=product, persona=nurse, observed_on="2026-11-01", installed=9, active=5
    )
    cast.scenario(product, by=alice, importances={nurse.pk: 2})
    return product


def addresses(product):
    requirement = [reverse(name, args=[product.key, 1]) for name in OF_A_REQUIREMENT]
    scenario = reverse("scenario_edit", args=[product.key, product.scenarios.get().pk])
    return [
        *(reverse(name) for name in ALONE),
        *(reverse(name, args=[product.key]) for name in OF_A_PRODUCT),
        *(f"{requirement[0]}{part}" for part in ("", "why/", "sure/")),
        *requirement[1:],
        scenario,
        reverse("bulk", args=[product.key]) + "?what=status&row=1.1",
        reverse("bulk", args=[product.key]) + "?what=tag&row=1.1",
        "/admin/products/requirement/",
        "/admin/personas/persona/",
        "/p/ROTA/?q=" + SCRIPTS[1],
        "/p/ROTA/log/?text=" + SCRIPTS[3],
    ]


def test_no_page_runs_what_somebody_typed(browser, rota, site):
    User.objects.update(is_staff=True, is_superuser=True)
    context = browser.new_context(base_url=site, bypass_csp=True)
    context.add_cookies([session_of(User.objects.get(), site)])
    page, wrong = context.new_page(), []
    try:
        for start in range(0, len(SCRIPTS), 2):
            type_scripts(start)
            rescore(rota.pk)
            for address in addresses(rota):
                answer = page.goto(address)
                assert answer.status < 400, address
                wrong += [f"{address}: {one}" for one in page.evaluate(LET_THROUGH)]
        assert wrong == []

        # The control: each of them does what it says, and leaves what is looked for.
        for script in [*SCRIPTS, '<a href="javascript:1">']:
            page.goto("/sign-in/")
            page.set_content(f"<input value=''><p title='{script}'>{script}")
            assert page.evaluate(LET_THROUGH), script
    finally:
        context.close()
