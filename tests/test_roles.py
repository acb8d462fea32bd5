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
    "edit_others_readings": MAINTAINER,
    "delete_others_comments": MAINTAINER,
    "read_log": MAINTAINER,
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


READ = {"GET": "read"}
FORM = ("GET", "POST")
ROW = ("PATCH", "PUT", "DELETE")


def both(action):
    return dict.fromkeys(FORM, action)


def row(action):
    return READ | dict.fromkeys(ROW, action)


#: name → what each method asks for, of the URLs of a product that do more than let members read
DECLARED = {
    "bulk": both("edit_any_requirement"),
    "comment_delete": {"POST": "comment"},
    "comment_edit": {"POST": "comment"},
    "comment_new": {"POST": "comment"},
    "estimate": {"POST": "edit_any_requirement"},
    "import": both("import"),
    "log": {"GET": "read_log"},
    "log_csv": {"GET": "read_log"},
    "invitation_revoke": {"POST": "manage_members"},
    "member_leave": {"POST": "read"},
    "member_remove": {"POST": "manage_members"},
    "member_role": {"POST": "manage_members"},
    "mentionable": {"GET": "comment"},
    "members": READ | {"POST": "manage_members"},
    "persona_count": {"POST": "edit_personas"},
    "persona_delete": both("edit_personas"),
    "persona_edit": both("edit_personas"),
    "persona_new": both("edit_personas"),
    "plausible": READ | {"POST": "read"},
    "policy": READ | {"POST": "edit_policy"},
    "product_delete": both("delete_product"),
    "product_edit": both("edit_product"),
    "product_token_revoke": {"POST": "manage_tokens"},
    "product_tokens": both("manage_tokens"),
    "rate": READ | {"POST": "rate"},
    "rate_cells": {"POST": "rate"},
    "rating_withdraw": {"POST": "rate"},
    "reading_new": {"POST": "record_reading"},
    "requirement_decide": {"POST": "edit_own_requirement"},
    "requirement_delete": both("edit_own_requirement"),
    "requirement_follow": {"POST": "read"},
    "requirement_edit": both("edit_own_requirement"),
    "requirement_new": both("add_requirement"),
    "requirement_rate": {"POST": "rate"},
    "scenario_apply": {"POST": "edit_policy"},
    "scenario_delete": both("edit_own_scenario"),
    "scenario_edit": both("edit_own_scenario"),
    "scenario_new": both("edit_own_scenario"),
    "start": READ | {"POST": "rate"},
    "start_add": {"POST": "edit_personas"},
    "who": READ | {"POST": "edit_policy"},
    "api_invitation": dict.fromkeys(("GET", "DELETE"), "manage_members"),
    "api_invitations": both("manage_members"),
    "api_log": {"GET": "read_log"},
    "api_log_csv": {"GET": "read_log"},
    "api_member": READ | dict.fromkeys(("PATCH", "DELETE"), "manage_members"),
    "api_members": READ | {"POST": "manage_members"},
    "api_persona": row("edit_personas"),
    "api_personas": READ | {"POST": "edit_personas"},
    "api_plausible": READ | {"POST": "read"},
    "api_policy": READ | {"PATCH": "edit_policy"},
    "api_product": READ | {"PATCH": "edit_product", "PUT": "edit_product"}
    | {"DELETE": "delete_product"},
    "api_rating": READ | dict.fromkeys(("PATCH", "DELETE"), "rate"),
    "api_ratings_of_product": READ | {"POST": "rate"},
    "api_ratings_of_requirement": READ | {"POST": "rate"},
    "api_reading": row("record_reading"),
    "api_readings": READ | {"POST": "record_reading"},
    "api_requirement": row("edit_own_requirement"),
    "api_requirements": READ | {"POST": "add_requirement"},
    "api_scenario": row("edit_own_scenario"),
    "api_scenario_apply": {"POST": "edit_policy"},
    "api_scenarios": READ | {"POST": "edit_own_scenario"},
}  # fmt: skip


def test_every_url_of_a_product_asks_for_the_role_that_it_should():
    declared = {url.name: url.methods for url in crawling.urls() if url.of_a_product}

    assert declared == {name: DECLARED.get(name, READ) for name in declared}
    assert DECLARED.keys() <= declared.keys()


def test_only_these_pages_are_for_everybody():
    public = {url.name for url in crawling.urls() if url.declared == "public"}

    api = {"api_schema", "api_docs", "api_problems", "api_problem"}
    at_the_door = {
        "account_confirm_email",
        "account_email_verification_sent",
        "account_inactive",
        "account_login",
        "account_logout",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "account_signup",
        "invitation",
        "invitation_sign_up",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_callback",
        "openid_connect_login",
        "socialaccount_login_cancelled",
        "socialaccount_login_error",
        "socialaccount_signup",
        "stop_mail",
    }
    assert public == {"healthz", "readyz", "security_txt"} | api | at_the_door
