"""A decision about what somebody follows: its status, or the reason for that."""

from collections import defaultdict
from typing import NamedTuple

from django.db import connection
from django.urls import reverse

from accounts.models import Kind, User
from accounts.notifications import notify
from products.following import Following
from products.models import Product, Status
from products.telling.common import SOMEBODY

MAX_TOLD_ONE_BY_ONE = 20


class Decision(NamedTuple):
    requirement_id: int
    number: int
    title: str
    product_id: int
    status: str
    reason: str
    has_new_status: bool
    by_id: int | None

    @property
    def label(self):
        return Status(self.status).label.lower()


def tell_of_decisions(change_id):
    told = set()
    decisions = _decisions(change_id)
    products = Product.objects.in_bulk({one.product_id for one in decisions})
    actors = User.objects.in_bulk({one.by_id for one in decisions if one.by_id})
    for product in products.values():
        mine = {one.requirement_id: one for one in decisions if one.product_id == product.pk}
        by_user = defaultdict(list)
        rows = Following.objects.of_members().filter(requirement__in=mine)
        for row in rows.select_related("user").order_by("requirement__number"):
            decision = mine[row.requirement_id]
            if row.user_id != decision.by_id:
                by_user[row.user].append(decision)
        for user, ones in by_user.items():
            who = actors.get(ones[0].by_id, SOMEBODY)
            told |= notify(
                [user],
                Kind.DECISION,
                **(_one_decided if len(ones) == 1 else _several_decided)(product, who, ones),
                product=product,
                told_once_as=f"decision {change_id} {product.pk}",
            )
    return told


def _one_decided(product, who, ones):
    (one,) = ones
    about = f"{product.key}-{one.number}: {one.title}"
    return {
        "title": f"{who} decides on {about}: {one.label}"
        if one.has_new_status
        else f"{who} says why {about} is {one.label}",
        "text": one.reason,
        "path": reverse("requirement", args=[product.key, one.number]),
    }


def _several_decided(product, who, ones):
    lines = [
        f"{product.key}-{one.number} {one.title}: {one.label}" for one in ones[:MAX_TOLD_ONE_BY_ONE]
    ]
    if len(ones) > MAX_TOLD_ONE_BY_ONE:
        lines.append(f"and {len(ones) - MAX_TOLD_ONE_BY_ONE} more")
    return {
        "title": f"{who} decides on {len(ones)} requirements that you follow",
        "text": "\n".join(lines),
        "path": reverse("ranking", args=[product.key]),
    }


def _decisions(change_id):
    """Of requirements that somebody follows and that were there before: those that have another
    status, or another reason for it, than before this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH changed AS (
                SELECT pgh_obj_id AS id, min(pgh_id) AS first, max(pgh_id) AS last
                FROM products_requirementevent
                WHERE pgh_change_id = %s GROUP BY pgh_obj_id
            )
            SELECT changed.id, now.number, now.title, now.product_id, now.status, now.decision,
                now.status <> before.status, (now.pgh_context ->> 'user')::bigint
            FROM changed
            JOIN products_requirementevent now ON now.pgh_id = changed.last
            CROSS JOIN LATERAL (
                SELECT status, decision FROM products_requirementevent before
                WHERE before.pgh_obj_id = changed.id AND before.pgh_id < changed.first
                ORDER BY before.pgh_id DESC LIMIT 1
            ) before
            WHERE now.pgh_label <> 'delete'
                AND (now.status <> before.status
                    OR now.decision <> before.decision AND now.decision <> '')
                AND EXISTS (
                    SELECT FROM products_following f WHERE f.requirement_id = changed.id AND follows
                )
            ORDER BY now.number
            """,
            [change_id],
        )
        return [Decision(*row) for row in cursor.fetchall()]
