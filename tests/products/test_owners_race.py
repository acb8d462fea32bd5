"""Two owners remove each other at the same moment."""

import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from products.members import LastOwner, remove_member
from products.roles import Role
from tests import cast


def remove_each_other(product, remove):
    """The one removal has run and isn't committed when the other begins; what the other raised."""
    first, second = product.memberships.order_by("id")
    raised = []

    def other():
        try:
            remove(second)
        except LastOwner as error:
            raised.append(type(error))
        finally:
            connection.close()

    with transaction.atomic():
        remove(first)
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.3)
    thread.join(10)
    return raised


@pytest.fixture
def rota(transactional_db):
    product = cast.create_product(name="Rota", owner=cast.user("alice"))
    cast.join(product, cast.user("bob"), "owner")
    return product


def test_one_of_two_owners_who_remove_each_other_stays(rota):
    assert remove_each_other(rota, remove_member) == [LastOwner]
    assert rota.memberships.filter(role=Role.OWNER).count() == 1


def test_without_the_lock_the_first_would_fail_at_commit_when_no_page_can_tell(rota):
    with pytest.raises(IntegrityError):
        remove_each_other(rota, lambda membership: membership.delete())
