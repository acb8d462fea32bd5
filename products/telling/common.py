"""What the tellers share."""

from accounts.models import User

SOMEBODY = "Somebody"


def actor(event) -> User | None:
    """Who made this change of the input history."""
    pk = (event.pgh_context or {}).get("user")
    return User.objects.filter(pk=pk).first() if pk else None


def events(model, change_id, *labels):
    """What a transaction did to rows of the model, in order."""
    found = model.pgh_event_model.objects.filter(pgh_change_id=change_id, pgh_label__in=labels)
    return found.order_by("pgh_id")
