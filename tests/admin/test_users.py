"""Accounts in the back office: who gives power, and what is told of it."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission

from accounts.models import Token, User
from tests import cast
from tests.cast import signed_in, user

NEW = {"password1": "quite another horse", "password2": "quite another horse"}


@pytest.fixture
def helper(db):
    """Staff with `change_user` and `view_user` alone."""
    made = user("helper", is_staff=True)
    made.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    return signed_in(made)


def form_of(client, path):
    form = client.get(path).context["adminform"].form
    given = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    return given | {"date_joined_0": "2026-01-01", "date_joined_1": "10:00:00"}


@pytest.mark.parametrize("power", [{"is_superuser": True, "is_staff": True}, {"is_staff": True}])
def test_nobody_with_change_user_alone_touches_staff(helper, power):
    boss = user("boss", **power)
    path = f"/admin/accounts/user/{boss.pk}"

    answers = [
        helper.post(f"{path}/change/", {"username": "boss", "email": "thief@example.org"}),
        helper.post(f"{path}/password/", {"usable_password": "true", **NEW}),
    ]
    helper.post("/admin/accounts/user/", {"action": "deactivate", "_selected_action": [boss.pk]})

    assert [answer.status_code for answer in answers] == [403, 403]
    boss.refresh_from_db()
    assert boss.check_password(cast.PASSWORD)
    assert (boss.email, boss.is_active) == ("boss@example.org", True)


def test_nobody_with_change_user_alone_makes_staff(helper):
    bob = user("bob")
    group = Group.objects.create(name="All")
    path = f"/admin/accounts/user/{bob.pk}/change/"
    fields = form_of(helper, path) | {
        "first_name": "Bob",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
        "user_permissions": [Permission.objects.first().pk],
    }

    assert helper.post(path, fields).status_code == 302

    bob.refresh_from_db()
    assert (bob.first_name, bob.is_staff, bob.is_superuser) == ("Bob", False, False)
    assert not bob.groups.exists()
    assert not bob.user_permissions.exists()


def test_nobody_with_change_user_alone_makes_sign_in_links_or_pseudonymises(helper):
    bob = user("bob")

    for action in ("make_sign_in_link", "pseudonymise_selected"):
        chosen = {"action": action, "_selected_action": [bob.pk], "confirmed": "yes"}
        answer = helper.post("/admin/accounts/user/", chosen, follow=True)
        assert "No action selected" in answer.content.decode()

    bob.refresh_from_db()
    assert (bob.username, bob.is_active) == ("bob", True)


def test_what_a_group_may_is_a_superusers_to_say(db):
    made = user("helper", is_staff=True)
    made.user_permissions.set(Permission.objects.filter(codename__endswith="_group"))
    group = Group.objects.create(name="All")

    answer = signed_in(made).post(f"/admin/auth/group/{group.pk}/change/", {"name": "Mine"})

    assert answer.status_code == 403
    assert Group.objects.get().name == "All"


def test_a_superuser_makes_staff_and_the_log_tells_what_became_what(admin_client):
    bob = user("bob")
    path = f"/admin/accounts/user/{bob.pk}/change/"
    fields = form_of(admin_client, path) | {"email": "b@example.org", "is_staff": "on"}

    assert admin_client.post(path, fields).status_code == 302

    bob.refresh_from_db()
    assert bob.is_staff
    told = LogEntry.objects.get(object_id=bob.pk).get_change_message()
    assert "“bob@example.org” → “b@example.org”" in told
    assert "Staff status: no → yes" in told


def test_actions_are_in_the_log(admin_client):
    bob = user("bob")
    token, _text = Token.objects.issue(name="ci", user=bob)

    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    admin_client.post("/admin/accounts/token/", chosen)
    chosen = {"action": "deactivate", "_selected_action": [bob.pk]}
    admin_client.post("/admin/accounts/user/", chosen)

    assert not User.objects.get(pk=bob.pk).is_active
    told = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert [(who, message.partition(":")[0]) for who, message in told] == [
        (str(token), "Revoked at"),
        ("bob", "Active"),
    ]


@pytest.mark.parametrize("chosen", ["x", "[1, 2]", "-1", "9" * 40, "\0", "²"])
def test_what_is_no_row_can_not_be_selected(admin_client, chosen):
    form = {"action": "deactivate", "_selected_action": [chosen]}
    assert admin_client.post("/admin/accounts/user/", form).status_code == 400
