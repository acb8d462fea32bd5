import pytest
from django.test import Client

from prioritisation.models import ProductChange
from tests.cast import rota, user


@pytest.fixture
def sam(db):
    """Staff."""
    return user("sam", is_staff=True, is_superuser=True)


@pytest.fixture
def product(alice):
    product = rota(alice)
    ProductChange.objects.all().delete()
    return product


@pytest.fixture
def admin_client(sam):
    client = Client()
    client.force_login(sam)
    return client


@pytest.fixture
def form_of(admin_client):
    """`form_of(path)`: what a browser would send from that page's form, unchanged."""

    def read(path):
        response = admin_client.get(path)
        assert response.status_code == 200, path
        forms = [response.context["adminform"].form]
        for formset in response.context["inline_admin_formsets"]:
            forms += [formset.formset.management_form, *formset.formset.forms]
        return {
            field.html_name: "" if field.value() is None else str(field.value())
            for form in forms
            for field in form
        }

    return read
