import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.sign_up import SECONDS_TO_SIGN_UP
from products import invitations
from products.forms import InvitationForm
from products.invitations import (
    MAX_OPEN_INVITATIONS,
    InvitationClosed,
    TooManyInvitations,
    accept_invitation,
    invite,
    mail_invitation,
    revoke_invitation,
    why_closed,
)
from products.models import Invitation
from products.roles import Role
from products.services import create_product
from tests import cast
from tests.processes import eventually

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def invited(rota, alice):
    """`invited(email=…)` → the path of a new link that makes a contributor."""

    def make(**fields):
        _invitation, text = invite(product=rota, role=Role.CONTRIBUTOR, by=alice, **fields)
        return f"/invitations/{text}/"

    return make


def signed_in(name, **fields):
    client = Client()
    client.force_login(cast.user(name, **fields))
    return client


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


@pytest.mark.usefixtures("alice_is_signed_in")
class TestAnOwner:
    def test_gets_a_link_that_is_shown_once(self, client, rota):
        page = client.post("/p/ROTA/members/", {"role": "2", "email": "", "days": "7"})

        link = re.search(r"http://testserver(/invitations/\S+?/)\"", page.content.decode())[1]
        assert Client().get(link).status_code == 200
        assert link not in client.get("/p/ROTA/members/").content.decode()
        assert link.split("/")[2] not in str(Invitation.objects.values().get()), "only its hash"

    @pytest.mark.parametrize(
        ("fields", "wrong"),
        [
            ({"email": "bob"}, "email"),
            ({"email": "bob@example"}, "email"),
            ({"email": "b\0b@example.org"}, "email"),
            ({"email": "alice@example.org"}, "email"),
            ({"role": "5"}, "role"),
            ({"role": ""}, "role"),
            ({"days": "9999"}, "days"),
        ],
    )
    def test_is_told_beside_the_field_what_is_wrong(self, client, rota, fields, wrong):
        form = {"role": "2", "email": "", "days": "7", **fields}

        response = client.post("/p/ROTA/members/", form)

        assert response.status_code == 422
        assert list(response.context["form"].errors) == [wrong]
        assert not Invitation.objects.exists()

    def test_is_told_the_same_of_a_known_and_an_unknown_address(self, client, rota):
        cast.user("bob")

        known, unknown = (
            client.post("/p/ROTA/members/", {"role": "2", "email": email, "days": "7"})
            for email in ("bob@example.org", "nobody@example.org")
        )

        assert known.status_code == unknown.status_code == 200
        assert [row.email for row in Invitation.objects.order_by("id")] == [
            "bob@example.org",
            "nobody@example.org",
        ]
        assert rota.memberships.count() == 1

    def test_revokes_it(self, client, rota, invited):
        path = invited()

        client.post(f"/p/ROTA/invitations/{Invitation.objects.get().pk}/revoke/")

        response = signed_in("bob").get(path)
        assert response.status_code == 410
        assert "This invitation was revoked." in text_of(response)

    def test_makes_only_so_many(self, client, rota, alice):
        Invitation.objects.bulk_create(
            Invitation(
                product=rota,
                role=1,
                digest=f"{number}",
                expires_at=timezone.now() + timedelta(days=1),
            )
            for number in range(MAX_OPEN_INVITATIONS)
        )

        response = client.post("/p/ROTA/members/", {"role": "2", "email": "", "days": "7"})

        assert response.status_code == 422
        assert f"{MAX_OPEN_INVITATIONS} are open" in text_of(response)

    def test_mails_it_where_mail_is_set(
        self, client, rota, settings, django_capture_on_commit_callbacks
    ):
        settings.EMAIL_URL = "smtp://mail.example"
        form = {"role": "2", "email": "bob@example.org", "days": "7"}

        with django_capture_on_commit_callbacks(execute=True):
            page = client.post("/p/ROTA/members/", form)

        assert "It was mailed to bob@example.org." in text_of(page)
        assert mail.outbox[0].to == ["bob@example.org"]
        assert "/invitations/" in mail.outbox[0].body


def test_no_owner_revokes_anothers_products_invitation(invited):
    invited()
    charlie = signed_in("charlie")
    create_product(name="Larder", owner=User.objects.get(username="charlie"))

    answer = charlie.post(f"/p/LARDER/invitations/{Invitation.objects.get().pk}/revoke/")

    assert answer.status_code == 404
    assert Invitation.objects.open().count() == 1


def test_whom_somebody_invited_is_shown_to_owners_alone(invited, rota, client, alice):
    invited(email="nora@example.org")
    vera = signed_in("vera")
    cast.join(rota, User.objects.get(username="vera"), "viewer")
    client.force_login(alice)

    assert "nora@example.org" in text_of(client.get("/p/ROTA/members/"))
    page = vera.get("/p/ROTA/members/")
    assert "nora@example.org" not in text_of(page)
    assert not page.context["invitations"]


def test_a_used_one_is_revoked_no_more(invited):
    signed_in("bob").post(f"{invited()}accept/")
    used = Invitation.objects.get()

    revoke_invitation(used, by=None)

    assert why_closed(Invitation.objects.get()).startswith("This invitation was used already.")
    assert Invitation.objects.get().revoked_at is None


def test_one_that_was_revoked_lets_nobody_in_who_had_it_open(invited, rota):
    path = invited()
    Invitation.objects.update(revoked_at=timezone.now())

    signed_in("bob").post(f"{path}accept/")

    assert rota.memberships.count() == 1


def test_nothing_is_mailed_of_what_is_rolled_back(rota, alice, settings):
    settings.EMAIL_URL = "smtp://mail.example"

    with transaction.atomic():
        made, _text = invite(product=rota, role=Role.VIEWER, by=alice, email="bob@example.org")
        mail_invitation(made, link="/")
        transaction.set_rollback(True)

    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_can_not_be_sent_leaves_the_link_on_the_page(rota, client, alice, settings):
    settings.EMAIL_URL = "smtp://mail.example"
    settings.EMAIL_BACKEND = "no.such.Backend"
    client.force_login(alice)

    page = client.post("/p/ROTA/members/", {"role": "2", "email": "b@example.org", "days": "7"})

    assert page.status_code == 200
    assert "/invitations/" in text_of(page)


@pytest.mark.django_db(transaction=True)
def test_two_owners_at_once_make_no_more_than_one_alone(rota, alice, monkeypatch):
    """A has made the last one and not committed; B waits until it sees that."""
    monkeypatch.setattr(invitations, "MAX_OPEN_INVITATIONS", 1)

    def second():
        try:
            with transaction.atomic():
                invite(product=rota, role=Role.VIEWER, by=alice)
        except TooManyInvitations:
            return "refused"
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            invite(product=rota, role=Role.VIEWER, by=alice)
            b = pool.submit(second)
            eventually(lambda: b.done() or waits_for_a_transaction())
        assert b.result(10) == "refused"


def waits_for_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return cursor.rowcount > 0


def test_only_an_owner_invites(rota):
    maintainer = signed_in("mary")
    cast.join(rota, User.objects.get(username="mary"), "maintainer")

    response = maintainer.post("/p/ROTA/members/", {"role": "4", "email": "", "days": "7"})

    assert response.status_code == 403
    assert not Invitation.objects.exists()


def test_opening_the_link_changes_nothing(invited, rota):
    path = invited()

    for client in (Client(), signed_in("bob")):
        assert "alice invites you as <b>contributor</b>" in text_of(client.get(path))

    assert rota.memberships.count() == 1
    assert Invitation.objects.open().count() == 1


def test_who_accepts_is_a_member_with_the_invited_role(invited, rota):
    bob, path = signed_in("bob"), invited()

    response = bob.post(f"{path}accept/")

    assert response["Location"] == "/p/ROTA/"
    assert rota.memberships.get(user__username="bob").role == Role.CONTRIBUTOR
    assert bob.get(path)["Location"] == "/p/ROTA/", "opened again it leads to the product"


def test_a_used_link_says_so_to_anybody_else(invited):
    path = invited()
    signed_in("bob").post(f"{path}accept/")

    response = signed_in("charlie").get(path)

    assert response.status_code == 410
    assert "was used already" in text_of(response)


def test_one_that_ran_out_says_so(invited, rota):
    path = invited()
    Invitation.objects.update(expires_at="2026-11-05T12:00Z")

    response = signed_in("bob").post(f"{path}accept/", follow=True)

    assert response.status_code == 410
    assert "ran out on 5 November 2026" in text_of(response)
    assert rota.memberships.count() == 1


def test_an_unknown_link_is_not_found(db):
    assert Client().get("/invitations/no-such-thing/").status_code == 404
    answer = signed_in("bob").post("/invitations/no-such-thing/accept/", follow=True)
    assert answer.status_code == 404


def test_one_bound_to_an_address_stays_good_when_another_opens_it(invited, rota):
    path = invited(email="bob@example.org")
    charlie = signed_in("charlie")

    assert "It is for another e-mail than yours" in text_of(charlie.get(path))
    charlie.post(f"{path}accept/")
    assert rota.memberships.count() == 1

    bob = signed_in("bob")
    User.objects.filter(username="bob").update(email="Bob@Example.org")
    bob.post(f"{path}accept/")
    assert rota.memberships.count() == 2


def test_who_is_a_member_keeps_the_role_and_the_link_stays_good(invited, rota):
    vera, path = signed_in("vera"), invited()
    cast.join(rota, User.objects.get(username="vera"), "viewer")

    vera.post(f"{path}accept/")

    assert rota.memberships.get(user__username="vera").role == Role.VIEWER
    assert Invitation.objects.open().count() == 1


NEW = {"username": "nora", "email": "nora@example.org", "password1": "a longer battery staple"}


def test_somebody_without_an_account_makes_one_by_the_link(invited, rota):
    somebody, path = Client(), invited()

    form = somebody.post(f"{path}sign-up/")
    answer = somebody.post(form["Location"], {**NEW, "next": path})

    assert answer["Location"] == path
    somebody.post(f"{path}accept/")
    assert somebody.get("/p/ROTA/").status_code == 200


@pytest.mark.parametrize("sign_up", ["invited", "closed"])
def test_without_an_invitation_there_is_no_account_to_be_made(settings, sign_up):
    settings.SIGN_UP = sign_up

    response = Client().post("/sign-up/", NEW)

    assert "An invitation is needed" in text_of(response)
    assert not User.objects.filter(username="nora").exists()


def test_where_sign_up_is_closed_an_invitation_makes_no_account(settings, invited):
    settings.SIGN_UP = "closed"
    somebody, path = Client(), invited()

    somebody.post(f"{path}sign-up/")
    somebody.post("/sign-up/", NEW)

    assert "Make an account" not in text_of(somebody.get(path))
    assert not User.objects.filter(username="nora").exists()


def test_a_closed_invitation_makes_no_account(invited):
    somebody, path = Client(), invited()
    Invitation.objects.update(revoked_at=timezone.now())

    somebody.post(f"{path}sign-up/")
    somebody.post("/sign-up/", NEW)

    assert not User.objects.filter(username="nora").exists()


def test_whoever_takes_longer_than_an_hour_opens_the_link_again(invited):
    somebody, path = Client(), invited()
    somebody.post(f"{path}sign-up/")
    session = somebody.session
    session["invited_until"] -= SECONDS_TO_SIGN_UP + 1
    session.save()

    somebody.post("/sign-up/", NEW)

    assert not User.objects.filter(username="nora").exists()


def test_where_sign_up_was_closed_meanwhile_there_is_no_account_to_be_made(settings, invited):
    somebody, path = Client(), invited()
    somebody.post(f"{path}sign-up/")
    settings.SIGN_UP = "closed"

    somebody.post("/sign-up/", NEW)

    assert not User.objects.filter(username="nora").exists()


def test_nobodys_name_looks_like_an_email(settings):
    """Who signs in by it could be taken for somebody else."""
    settings.SIGN_UP = "open"

    response = Client().post("/sign-up/", NEW | {"username": "bob@example.org"})

    assert "A name has no @" in text_of(response)
    assert not User.objects.filter(username="bob@example.org").exists()


def test_nobody_signs_up_with_anothers_email(settings, alice):
    settings.SIGN_UP = "open"

    response = Client().post("/sign-up/", NEW | {"email": "ALICE@example.org"})

    assert "If it is yours, sign in." in text_of(response)
    assert not User.objects.filter(username="nora").exists()


def test_where_anybody_may_sign_up_one_does(settings):
    settings.SIGN_UP = "open"

    response = Client().post("/sign-up/", NEW)

    assert response["Location"] == "/"
    assert User.objects.get(username="nora").email == "nora@example.org"


@pytest.mark.django_db(transaction=True)
def test_two_with_one_link_at_once_make_one_member(rota, alice):
    with transaction.atomic():
        _invitation, text = invite(product=rota, role=Role.VIEWER, by=alice)
    people = [cast.user(f"person{number}") for number in range(8)]

    def accept(user):
        try:
            with transaction.atomic():
                accept_invitation(text, user=user)
        except InvitationClosed:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(accept, people)) == 1
    assert rota.memberships.count() == 2


def test_an_email_longer_than_fits_is_told_beside_its_field():
    long = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 12}.org"

    form = InvitationForm({"role": 1, "email": f"{long}", "days": 7})

    assert 254 < len(long) < 320
    assert "email" in form.errors
