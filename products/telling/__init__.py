"""Whom the changes of a transaction concern: told within it, and made of its input history.

So it doesn't matter which page, call of the API, import or back office made them; and whoever is
told is told once, of one transaction.
"""

from django.db import connection

from products.models import Comment, Invitation, Membership, Requirement
from products.telling.comments import tell_of_comments
from products.telling.decisions import tell_of_decisions
from products.telling.members import tell_of_invitations, tell_of_roles

TELLERS = {
    Comment: tell_of_comments,
    Requirement: tell_of_decisions,
    Membership: tell_of_roles,
    Invitation: tell_of_invitations,
}


def tell_of_changes(change_id: int) -> set[int]:
    """Tell everybody whom this transaction's changes concern; the ids of those told on the page.

    Who made a change isn't told of it, nor is anybody who isn't (or isn't any more) a member;
    only an invitation is told to somebody else.
    """
    told: set[int] = set()
    for has_changes, tell in zip(_changed(change_id), TELLERS.values(), strict=True):
        if has_changes:
            told |= tell(change_id)
    return told


def _changed(change_id):
    """Of each kind in TELLERS, whether the transaction changed any; in one query."""
    tables = [model.pgh_event_model._meta.db_table for model in TELLERS]
    found = ", ".join(f"EXISTS (SELECT FROM {one} WHERE pgh_change_id = %(id)s)" for one in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {found}", {"id": change_id})
        return cursor.fetchone()
