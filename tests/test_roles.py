"""Who may do what. What every URL makes of it: test_crawl.py."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import User
from products.access import get_product
from products.roles import MAY, Role
from tests import crawling

VIEWER, CONTRIBUTOR, MAINTAINER, OWNER = Role

#: written down once more, action by action
TABLE = {
    "read": VIEWER,
    "rate": CONTRIBUTOR,
    "record_reading": CONTRIBUTOR,
    "comment": CONTRIBUTOR,
    "add_requirement": CONTRIBUTOR,
    "edit_own_requirement": CONTRIBUTOR,
    "edit_any_requirement": MAINTAINER,
    "set_must_do": MAINTAINER,
    "edit_personas": MAINTAINER,
    "edit_policy": MAINTAINER,
    "edit_own_scenario": CONTRIBUTOR,
    "edit_any_scenario": MAINTAINER,
    "import": MAINTAINER,
    "edit_others_ratings": MAINTAINER,
    "delete_others_comments": MAINTAINER,
    "edit_product": MAINTAINER,
    "manage_members": OWNER,
    "manage_tokens": OWNER,
    "delete_product": OWNER,
}


@pytest.fixture
def product(db):
    return crawling.cast()


@pytest.mark.parametrize("action", [*TABLE, *sorted(MAY.keys() - TABLE.keys())])
def test_the_table_is_that_of_the_design(action):
    assert MAY[action] == TABLE.get(action)


@pytest.mark.parametrize("role", Role)
def test_a_member_may_do_what_the_table_says(product, role):
    member = product.memberships.get(role=role).user
    for action, needed in TABLE.items():
        if role >= needed:
            assert get_product(member, "ROTA", action).role == role
        else:
            with pytest.raises(PermissionDenied):
                get_product(member, "ROTA", action)


def test_a_stranger_finds_no_product(product):
    for action in TABLE:
        with pytest.raises(Http404):
            get_product(User.objects.get(username="charlie"), "ROTA", action)
