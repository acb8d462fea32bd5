import re

import pytest

from accounts.models import Token
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


def change(client, **fields):
    form = {
        "old_password": cast.PASSWORD,
        "new_password1": "a longer battery staple",
        "new_password2": "a longer battery staple",
        **fields,
    }
    return client.post("/account/password/", form)


def test_the_password_is_changed_and_one_stays_signed_in(client, alice):
    response = change(client)

    assert response.status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("a longer battery staple")
    assert client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"old_password": "no"}, "old_password"),
        ({"new_password2": "another"}, "new_password2"),
        ({"new_password1": "12345678", "new_password2": "12345678"}, "new_password2"),
    ],
)
def test_a_bad_password_gets_a_message_beside_its_field(client, alice, fields, wrong):
    response = change(client, **fields)

    assert response.status_code == 422
    assert wrong in response.context["password"].errors
    alice.refresh_from_db()
    assert alice.check_password(cast.PASSWORD)


def test_a_new_token_is_shown_once_and_opens_the_api(client, alice):
    page = client.post("/account/tokens/", {"name": "CI", "days": "90"}).content.decode()

    text = re.search(r"uw_[0-9a-f]{16}_[0-9a-f]{64}", page)[0]
    assert Token.objects.authenticate(text).user == alice
    again = client.get("/account/").content.decode()
    assert "CI" in again
    assert text not in again


def test_a_revoked_token_opens_nothing(client, alice):
    token, text = Token.objects.issue(name="CI", user=alice)

    client.post(f"/account/tokens/{token.pk}/revoke/")

    assert Token.objects.authenticate(text) is None


def test_nobody_revokes_anothers_token(client, alice):
    token, text = Token.objects.issue(name="CI", user=cast.user("bob"))

    response = client.post(f"/account/tokens/{token.pk}/revoke/")

    assert response.status_code == 404
    assert Token.objects.authenticate(text)


@pytest.mark.parametrize("name", ["", "x" * 101, "a\0b"])
def test_a_token_needs_a_fitting_name(client, alice, name):
    response = client.post("/account/tokens/", {"name": name, "days": "90"})

    assert response.status_code == 422
    assert "name" in response.context["new_token"].errors
    assert not Token.objects.exists()
