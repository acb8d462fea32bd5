"""How often a password is looked at, however many ask for it and by whichever door."""

from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts import sign_in_limits as limits
from accounts.models import SignInAttempts, User
from accounts.sign_in_limits import PER_ACCOUNT, PER_ACCOUNT_AND_ADDRESS, PER_ADDRESS
from tests import cast
from tests.processes import eventually

TOO_MANY = "Too many failed attempts"


def sign_in(name="alice", typed="wrong", *, address="10.0.0.1"):
    return Client(REMOTE_ADDR=address).post("/sign-in/", {"login": name, "password": typed})


@pytest.fixture
def checks():
    """Counts the passwords that are looked at, known account or not."""
    looked = []
    with (
        mock.patch.object(User, "check_password", side_effect=looked.append, return_value=False),
        mock.patch.object(User, "set_password", side_effect=looked.append),
    ):
        yield looked


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["alice", "alice@example.org", "nobody"])
def test_an_account_is_tried_so_often_from_one_address(checks, name):
    cast.user("alice")

    answers = [sign_in(name) for _ in range(PER_ACCOUNT_AND_ADDRESS.most + 3)]

    assert len(checks) == PER_ACCOUNT_AND_ADDRESS.most
    assert TOO_MANY in answers[-1].content.decode()


@pytest.mark.django_db
def test_name_and_email_of_one_account_count_together(checks):
    cast.user("alice")

    for _ in range(PER_ACCOUNT_AND_ADDRESS.most):
        sign_in("alice")
        sign_in("ALICE@example.org")

    assert len(checks) == PER_ACCOUNT_AND_ADDRESS.most


@pytest.mark.django_db
def test_an_unknown_name_counts_however_it_is_written(checks):
    for name in ["nobody", "NOBODY", " nobody "] * 3:
        sign_in(name)

    assert len(checks) == PER_ACCOUNT_AND_ADDRESS.most


@pytest.mark.django_db
def test_addresses_of_one_network_count_together(checks):
    """Somebody with IPv6 has 2^64 of them."""
    for number in range(PER_ACCOUNT_AND_ADDRESS.most + 3):
        sign_in(address=f"2001:db8:1:1::{number}")

    assert len(checks) == PER_ACCOUNT_AND_ADDRESS.most


@pytest.mark.django_db
def test_an_account_is_tried_so_often_from_all_addresses(checks):
    cast.user("alice")

    for number in range(PER_ACCOUNT.most + 5):
        sign_in(address=f"10.0.1.{number}")

    assert len(checks) == PER_ACCOUNT.most


@pytest.mark.django_db
def test_an_address_tries_so_many_accounts(checks):
    for number in range(PER_ADDRESS.most + 5):
        sign_in(f"name{number}")

    assert len(checks) == PER_ADDRESS.most


@pytest.mark.django_db
def test_whoever_shares_the_address_of_one_who_tries_an_account_still_signs_in():
    cast.user("alice")
    cast.user("bob")
    for _ in range(PER_ADDRESS.most + 5):
        sign_in("alice")

    assert sign_in("bob", cast.PASSWORD).status_code == 302


@pytest.mark.django_db
def test_an_address_is_believed_to_no_header_of_the_client(checks):
    for number in range(PER_ACCOUNT_AND_ADDRESS.most + 3):
        Client(headers={"x-forwarded-for": f"10.9.9.{number}"}).post(
            "/sign-in/", {"login": "nobody", "password": "wrong"}
        )

    assert len(checks) == PER_ACCOUNT_AND_ADDRESS.most


@pytest.mark.django_db
def test_who_signs_in_uses_up_nothing():
    cast.user("alice")

    for _ in range(PER_ACCOUNT_AND_ADDRESS.most + 2):
        assert sign_in(typed=cast.PASSWORD).status_code == 302


@pytest.mark.django_db
def test_after_its_time_a_limit_begins_anew(checks):
    for _ in range(PER_ACCOUNT_AND_ADDRESS.most + 1):
        sign_in()
    SignInAttempts.objects.update(ends_at="2026-01-01T00:00Z")

    sign_in()

    assert len(checks) == PER_ACCOUNT_AND_ADDRESS.most + 1


@pytest.mark.django_db
def test_its_time_is_not_made_longer_by_further_attempts():
    """Else an attacker would keep somebody out without end."""
    sign_in()
    first = dict(SignInAttempts.objects.values_list("key", "ends_at"))

    sign_in()

    assert dict(SignInAttempts.objects.values_list("key", "ends_at")) == first


@pytest.mark.django_db
def test_what_has_ended_is_forgotten():
    sign_in()
    SignInAttempts.objects.filter(attempts=1).update(ends_at="2026-01-01T00:00Z")
    sign_in("bob", address="10.0.0.2")

    assert limits.forget_ended() == 3
    assert SignInAttempts.objects.count() == 3


@pytest.mark.django_db
def test_no_name_or_address_is_stored():
    sign_in("nobody@example.org")

    stored = " ".join(SignInAttempts.objects.values_list("key", flat=True))
    assert not [text for text in ("nobody", "10.0.0.1") if text in stored]


@pytest.mark.django_db
def test_what_was_forgotten_meanwhile_is_given_back_by_nobody():
    counted = limits.limits_of_account(account="alice", address="10.0.0.1")
    limits.take(counted)
    SignInAttempts.objects.update(attempts=0)

    limits.give_back(counted)

    assert set(SignInAttempts.objects.values_list("attempts", flat=True)) == {0}


@pytest.mark.django_db(transaction=True)
def test_side_by_side_no_more_are_let_through_than_one_after_another():
    counted = limits.limits_of_account(account="alice", address="10.0.0.1")

    def attempt(_number):
        try:
            return limits.take(counted)
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        let_through = sum(pool.map(attempt, range(200)))

    assert let_through == PER_ACCOUNT_AND_ADDRESS.most


@pytest.mark.django_db(transaction=True)
def test_two_that_count_under_the_same_limits_never_deadlock():
    """A has counted under the first; B waits for that, and holds nothing A needs."""
    counted = limits.limits_of_account(account="alice", address="10.0.0.1")
    counted.sort(key=lambda one: limits._key(*one))

    def take_backwards():
        try:
            return limits.take(reversed(counted))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            limits.take(counted[:1])
            b = pool.submit(take_backwards)
            eventually(waits_for_a_transaction)
            limits.take(counted[1:])
        assert b.result(10)


def waits_for_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
        return cursor.rowcount > 0
