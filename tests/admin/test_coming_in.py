"""Who comes into the back office, and by which door."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client

from tests.cast import PASSWORD, user

PAGES = ["/admin/", "/admin/products/product/", "/admin/accounts/user/"]


def client_of(somebody):
    client = Client()
    client.force_login(somebody)
    return client


@pytest.mark.parametrize("page", PAGES)
def test_only_staff_come_in(product, page):
    client = client_of(user("owner"))

    assert client.get(page)["Location"].startswith("/admin/login/")
    assert client.get(client.get(page)["Location"]).status_code == 403


def test_anonymous_is_sent_to_the_sites_sign_in_and_back(db):
    response = Client().get("/admin/products/product/", follow=True)

    assert response.redirect_chain[-1][0] == "/sign-in/?next=/admin/products/product/"


def test_the_admins_own_form_looks_at_no_password(sam):
    """It knows no limits and no second factor."""
    client = Client()
    client.post("/admin/login/?next=/admin/", {"username": "sam", "password": PASSWORD})

    assert "_auth_user_id" not in client.session


def test_the_way_back_leads_to_no_other_site(admin_client):
    for asked in ("https://evil.example/", "//evil.example/", "9" * 30, "mfa_index", "["):
        assert admin_client.get(f"/admin/login/?next={asked}")["Location"] == "/admin/"


def test_the_admins_password_form_is_the_sites(admin_client):
    assert admin_client.get("/admin/password_change/")["Location"] == "/account/password/"


def test_staff_need_a_second_factor_where_it_is_asked_for(sam, admin_client, settings):
    settings.STAFF_NEED_SECOND_FACTOR = True

    response = admin_client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == "/account/second-factor/"
    assert "The back office needs a second factor" in response.content.decode()

    Authenticator.objects.create(user=sam, type="totp", data={"secret": "x"})
    assert admin_client.get("/admin/").status_code == 200


def test_secrets_of_second_factors_are_in_no_list(db):
    assert not [model for model in admin.site._registry if model._meta.app_label == "mfa"]
