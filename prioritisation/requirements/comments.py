"""What is said about a requirement, and what was said before it was edited."""

from collections import defaultdict
from dataclasses import dataclass

from products.access import may
from products.mentions import members_named
from products.models import Comment


@dataclass(frozen=True, slots=True)
class Said:
    comment: Comment
    earlier: list
    """Events of its earlier wordings, oldest first."""
    may_edit: bool
    may_delete: bool
    members: list
    """Those whom its wordings may mention."""


def read_talk(requirement, user):
    """A Said for each comment, oldest first; the requirement's product knows the caller's role."""
    product = requirement.product
    may_write, may_clear = may(product, "comment"), may(product, "delete_others_comments")
    wordings = defaultdict(list)
    events = Comment.pgh_event_model.objects.filter(requirement_id=requirement.pk)
    for event in events.order_by("pgh_id"):
        wordings[event.pgh_obj_id].append(event)
    texts = [event.text for every in wordings.values() for event in every]
    members = members_named(product.pk, texts)
    said = []
    for comment in requirement.comments.select_related("author"):
        mine = may_write and comment.author_id == user.pk
        earlier = [one for one in wordings[comment.pk] if one.version < comment.version]
        said.append(Said(comment, earlier, mine, mine or may_clear, members))
    return said
