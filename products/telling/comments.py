"""A mention, and a comment on what somebody follows."""

from django.urls import reverse

from accounts.models import Kind
from accounts.notifications import notify
from products.following import Following
from products.mentions import members_named, mentioned
from products.models import Comment
from products.telling.common import SOMEBODY, actor, events


def tell_of_comments(change_id):
    told = set()
    for event in events(Comment, change_id, "insert", "update"):
        comment = Comment.objects.filter(pk=event.pgh_obj_id)
        comment = comment.select_related("requirement__product").first()
        if comment is not None:
            told |= _tell_of_comment(comment, actor(event), is_new=event.pgh_label == "insert")
    return told


def _tell_of_comment(comment, by, *, is_new):
    """Mentions are also told that come by an edit; what one follows, once."""
    requirement = comment.requirement
    members = members_named(comment.product_id, [comment.text])
    named = [user for user in mentioned(comment.text, members) if user != by]
    who = by or SOMEBODY
    about = f"{requirement.key}: {requirement.title}"
    what = {
        "product": requirement.product,
        "text": comment.text,
        "path": reverse("requirement", args=[requirement.product.key, requirement.number])
        + "#comments",
    }
    told = notify(
        named,
        Kind.MENTION,
        title=f"{who} mentions you in {about}",
        told_once_as=f"mention {comment.pk}",
        **what,
    )
    if is_new:
        told |= notify(
            [user for user in _followers([requirement.pk]) if user != by and user not in named],
            Kind.COMMENT,
            title=f"{who} comments on {about}",
            told_once_as=f"comment {comment.pk}",
            **what,
        )
    return told


def _followers(requirement_ids):
    rows = Following.objects.of_members().filter(requirement__in=requirement_ids)
    return [row.user for row in rows.select_related("user").order_by("user")]
