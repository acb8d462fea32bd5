"""An invitation, and another role."""

from django.urls import reverse

from accounts.models import Kind, User
from accounts.notifications import notify
from products.invitations import invited_account
from products.models import Invitation, Membership
from products.roles import Role
from products.telling.common import SOMEBODY, actor, events


def tell_of_roles(change_id):
    told = set()
    # Of each membership the last: what it is once the transaction has ended.
    last = {event.pgh_obj_id: event for event in events(Membership, change_id, "insert", "update")}
    for pk, event in last.items():
        membership = Membership.objects.select_related("user", "product").filter(pk=pk).first()
        by = actor(event)
        if membership is None or membership.user == by or membership.role == _role_before(event):
            continue
        role, product = membership.get_role_display(), membership.product
        told |= notify(
            [membership.user],
            Kind.MEMBERSHIP,
            title=f"You are {role} of {product} now",
            text=f"Changed by {by}." if by else "",
            path=reverse("ranking", args=[product.key]),
            product=product,
            told_once_as=f"role {membership.pk} {event.version}",
        )
    return told


def _role_before(event):
    """The membership's role before the transaction of this event, or None."""
    earlier = Membership.pgh_event_model.objects.filter(
        pgh_obj_id=event.pgh_obj_id, pgh_id__lt=event.pgh_id
    )
    before = earlier.exclude(pgh_change_id=event.pgh_change_id).order_by("-pgh_id").first()
    return before and before.role


def tell_of_invitations(change_id):
    """Those to an account's own address."""
    told = set()
    for event in events(Invitation, change_id, "insert"):
        invitation = Invitation.objects.filter(pk=event.pgh_obj_id)
        invitation = invitation.select_related("product", "created_by").first()
        if invitation is None or not invitation.email:
            continue
        account = User.objects.by_email(invitation.email)
        if account is not None and account != actor(event):
            role, who = Role(invitation.role).label, invitation.created_by or SOMEBODY
            told |= notify(
                [account],
                Kind.MEMBERSHIP,
                title=f"{who} invites you to {invitation.product}",
                text=f"As {role}, until {invitation.expires_at:%-d %B %Y}.",
                path=reverse("invitation_mine", args=[invitation.pk]),
                product=invitation.product,
                told_once_as=f"invitation {invitation.pk}",
                # Otherwise the link goes to the address, which nobody has shown to be theirs.
                mailed=invited_account(invitation) == account,
            )
    return told
