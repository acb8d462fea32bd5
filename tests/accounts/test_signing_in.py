import pytest

from accounts.models import User
from tests import cast

pytestmark = pytest.mark.django_db


def sign_in(client, name, password=cast.PASSWORD, **more):
    return client.post("/sign-in/", {"login": name, "password": password, **more})


def test_one_signs_in_by_name(client):
    alice = cast.user("alice")

    response = sign_in(client, "alice")

    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(alice.pk)


def test_one_signs_in_by_email_whatever_its_case(client):
    alice = cast.user("alice")

    sign_in(client, "Alice@Example.ORG")

    assert client.session["_auth_user_id"] == str(alice.pk)


def test_a_name_that_is_anothers_email_takes_nothing_from_them(client):
    bob = cast.user("bob")
    User.objects.create_user("bob@example.org", password="another horse battery")

    sign_in(client, "bob@example.org")

    assert client.session["_auth_user_id"] == str(bob.pk)


def test_a_name_that_looks_like_an_email_is_a_name(client):
    old = User.objects.create_user("old@example.org", "new@example.org", cast.PASSWORD)

    sign_in(client, "old@example.org")

    assert client.session["_auth_user_id"] == str(old.pk)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong"),
        ("nobody", cast.PASSWORD),
        ("nobody@example.org", cast.PASSWORD),
        ("alice\0", cast.PASSWORD),
        ("@", cast.PASSWORD),
        ("a" * 1_000_000, cast.PASSWORD),
        ("", ""),
    ],
)
def test_a_wrong_name_or_password_says_so_and_signs_nobody_in(client, name, password):
    cast.user("alice")

    response = sign_in(client, name, password)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_is_told_like_an_unknown_name(client):
    cast.user("alice")

    known = sign_in(client, "alice", "wrong").context["form"].errors
    by_email = sign_in(client, "alice@example.org", "wrong").context["form"].errors
    unknown = sign_in(client, "nobody", "wrong").context["form"].errors

    assert known == by_email == unknown


def test_a_deactivated_user_stays_out(client):
    cast.user("alice", is_active=False)

    sign_in(client, "alice@example.org")

    assert "_auth_user_id" not in client.session


def test_signing_out_takes_a_post(client):
    client.force_login(cast.user("alice"))

    client.get("/sign-out/")
    assert "_auth_user_id" in client.session
    client.post("/sign-out/")

    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["/", "/account/", "/products/new/"])
def test_anonymous_must_sign_in(client, address):
    response = client.get(address)

    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")


def test_signing_in_never_leads_to_another_site(client):
    cast.user("alice")

    response = sign_in(client, "alice", next="https://evil.example/")

    assert response["Location"] == "/"
