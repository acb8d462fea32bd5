"""Who lets people into a product by the API, and what of it anybody reads."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import User
from products import invitations
from products.invitations import MAX_OPEN_INVITATIONS
from products.models import Invitation
from tests import cast

URL = "/api/v1/products/ROTA/invitations/"


@pytest.fixture
def owner(as_user, product):
    return as_user("alice")


@pytest.fixture
def invited(owner):
    """What POST answers to `fields`."""

    def invite(path=URL, **fields):
        return owner.post(path, {"role": "contributor"} | fields, format="json")

    return invite


@pytest.mark.parametrize("path", [URL, "/api/v1/products/ROTA/members/"])
def test_the_answer_of_post_alone_holds_the_link(invited, owner, product, path):
    answer = invited(path, email="new@example.org", days=3)

    made = answer.json()
    assert (answer.status_code, answer["ETag"]) == (201, '"1"')
    assert (made["role"], made["email"]) == ("contributor", "new@example.org")
    assert (made["created_by"], made["mailed"]) == ("alice", False)
    text = re.fullmatch(r"http://testserver/invitations/(.+)/", made["link"])[1]
    for read in (URL, f"{URL}{made['id']}/", "/api/v1/products/ROTA/members/"):
        assert text not in owner.get(read).content.decode()
    assert product.memberships.count() == 4, "nobody is a member before they accept"


def test_whoever_follows_the_link_becomes_a_member(invited, product):
    link, charlie = invited().json()["link"], User.objects.get(username="charlie")
    client = Client()
    client.force_login(charlie)

    client.post(f"{link.removeprefix('http://testserver')}accept/")

    assert product.memberships.get(user=charlie).get_role_display() == "contributor"


@pytest.mark.parametrize("path", [URL, "/api/v1/products/ROTA/members/"])
def test_a_known_and_an_unknown_address_get_the_same_answer(invited, path):
    known, unknown = (
        invited(path, email=email).json() for email in ("charlie@example.org", "none@example.org")
    )

    different = {name for name in known if known[name] != unknown[name]}
    assert different <= {"id", "email", "link", "created_at", "expires_at"}
    assert known.keys() == unknown.keys()


def test_it_is_mailed_where_mail_is_set(invited, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_URL = "smtp://mail.example"

    with django_capture_on_commit_callbacks(execute=True):
        made = invited(email="new@example.org").json()

    assert made["mailed"]
    assert made["link"] in mail.outbox[0].body


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"role": "boss"}, "role"),
        ({"role": None}, "role"),
        ({"email": "bob"}, "email"),
        ({"email": "b\0b@example.org"}, "email"),
        ({"email": "BOB@example.org"}, "email"),
        ({"days": 0}, "days"),
        ({"days": 31}, "days"),
        ({"days": True}, "days"),
        ({"expires_at": "2099-01-01T00:00Z"}, "expires_at"),
        ({"user": 1}, "user"),
    ],
)
def test_what_can_not_be_is_named_and_makes_nothing(invited, fields, wrong):
    answer = invited(**fields)

    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {wrong}
    assert not Invitation.objects.exists()


def test_only_so_many_are_open(invited, product):
    Invitation.objects.bulk_create(
        Invitation(product=product, role=1, digest=f"{number}", expires_at="2099-01-01T00:00Z")
        for number in range(MAX_OPEN_INVITATIONS)
    )

    answer = invited()

    assert (answer.status_code, Invitation.objects.count()) == (409, MAX_OPEN_INVITATIONS)
    assert "Revoke some first" in answer.json()["detail"]


def test_the_open_ones_are_listed(invited, owner):
    first, second, third = (invited().json()["id"] for _ in range(3))
    Invitation.objects.filter(pk=second).update(expires_at="2026-01-01T00:00Z")
    owner.delete(f"{URL}{third}/", headers={"If-Match": "*"})

    assert [row["id"] for row in owner.get(URL).json()["results"]] == [first]


def test_delete_revokes_the_version_that_was_read(invited, owner):
    made = invited().json()
    url = f"{URL}{made['id']}/"

    assert owner.delete(url).status_code == 428
    assert owner.delete(url, headers={"If-Match": '"9"'}).status_code == 412
    assert owner.delete(url, headers={"If-Match": '"1"'}).status_code == 204
    assert owner.get(url).json()["revoked_at"]
    assert Client().get(made["link"].removeprefix("http://testserver")).status_code == 410


def test_a_used_one_can_not_be_revoked(invited, owner):
    made = invited().json()
    cast.signed_in(User.objects.get(username="charlie")).post(
        made["link"].removeprefix("http://testserver") + "accept/"
    )

    answer = owner.delete(f"{URL}{made['id']}/", headers={"If-Match": "*"})

    assert answer.status_code == 409
    assert "used already" in answer.json()["detail"]


def test_one_that_is_used_while_it_is_revoked_is_told_as_used(invited, owner, monkeypatch):
    made = invited().json()
    revoke = invitations.revoke_invitation

    def somebody_is_quicker(row, *, by):
        Invitation.objects.update(accepted_at=timezone.now())
        revoke(row, by=by)

    monkeypatch.setattr(invitations, "revoke_invitation", somebody_is_quicker)
    answer = owner.delete(f"{URL}{made['id']}/", headers={"If-Match": '"1"'})

    assert (answer.status_code, "used already" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("name", ["maya", "bob", "vera"])
def test_owners_alone_read_make_and_revoke_them(invited, as_user, name):
    made, member = invited(email="secret@example.org").json(), as_user(name)

    answers = [
        member.get(URL),
        member.post(URL, {"role": "owner"}, format="json"),
        member.post("/api/v1/products/ROTA/members/", {"role": "owner"}, format="json"),
        member.get(f"{URL}{made['id']}/"),
        member.delete(f"{URL}{made['id']}/", headers={"If-Match": "*"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert Invitation.objects.open().count() == 1
    assert not any("secret" in answer.content.decode() for answer in answers)
