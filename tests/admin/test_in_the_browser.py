"""The back office under our Content-Security-Policy, in a real browser."""

import pytest

from accounts.models import User
from personas.models import AdoptionReading
from prioritisation.models import Rating, ScoringRun
from prioritisation.pipeline.rescoring import rescore
from products.models import Product, Requirement
from tests.admin.test_pages import url
from tests.cast import rota, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff():
    return user("sam", is_staff=True, is_superuser=True)


@pytest.fixture
def rated(staff):
    product = rota(staff)
    rescore(product.pk)
    return product


def test_no_page_offends_the_policy(rated, staff, page, sign_in):
    """`page` fails the test on any message in the console."""
    sign_in(staff)
    requirement = Requirement.objects.first()
    # One of each kind of widget; what every page is written of is asked in test_pages.py.
    paths = [
        "/admin/",
        url(Requirement, "changelist"),
        url(AdoptionReading, "changelist"),
        url(AdoptionReading, "add"),
        url(Product, "change", requirement.product_id),
        url(Rating, "change", Rating.objects.first().pk),
        url(ScoringRun, "change", ScoringRun.objects.first().pk),
        url(User, "change", staff.pk),
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{staff.pk}/password/",
        url(Requirement, "history", requirement.pk),
        url(Requirement, "delete", requirement.pk),
    ]
    for path in paths:
        answer = page.goto(path)
        assert answer.status == 200, path


def test_staff_rate_with_autocomplete(rated, staff, page, sign_in):
    sign_in(staff)
    page.goto("/admin/prioritisation/rating/add/")

    for field, typed in [("requirement", "dark"), ("persona", "nur")]:
        page.locator(f".field-{field} .select2-selection").click()
        page.locator(".select2-search__field").fill(typed)
        page.locator(".select2-results__option", has_text=typed.capitalize()).click()
    page.get_by_label("Value").fill("3")
    page.get_by_label("How do you know").select_option("asked")
    page.get_by_label("Source").fill("Interviews")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("was added successfully").wait_for()

    rating = Rating.objects.get(source="Interviews")
    assert (rating.requirement.title, rating.persona.name, rating.value) == (
        "Dark mode",
        "Nurse",
        3,
    )
