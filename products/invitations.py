"""Links that let people into a product. The caller has authorised making and revoking them."""

import hashlib
import logging
import secrets
from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from products.members import AlreadyMember
from products.models import Invitation, Membership, Product

log = logging.getLogger(__name__)

DAYS = 7
#: how long one that was never used can still say that it ran out or was revoked
KEPT_FOR = timedelta(days=365)
#: of one product that are open at a time
MAX_OPEN_INVITATIONS = 200


class TooManyInvitations(Exception):
    """The product has MAX_OPEN_INVITATIONS open ones."""


class InvitationClosed(Exception):
    """It lets nobody in any more; its text says why, to the one who has the link."""


class ForSomebodyElse(Exception):
    """It is bound to another e-mail, and stays good for that one."""


def invite(*, product, role, by, email="", days=DAYS):
    """(Invitation, the text of its link, which is shown once and stored nowhere)."""
    if email and product.memberships.filter(user__email__iexact=email).exists():
        raise AlreadyMember
    # Taken in turns, else: two owners each count one too few.
    list(Product.objects.select_for_update(no_key=True).filter(pk=product.pk))
    if product.invitations.open().count() >= MAX_OPEN_INVITATIONS:
        raise TooManyInvitations
    text = secrets.token_urlsafe(24)
    invitation = Invitation.objects.create(
        product=product,
        role=role,
        email=email,
        digest=_digest(text),
        expires_at=timezone.now() + timedelta(days=days),
        created_by=by,
        updated_by=by,
    )
    return invitation, text


def find_invitation(text):
    """The invitation with this text in its link, with its product, or None."""
    found = Invitation.objects.select_related("product", "created_by", "accepted_by")
    return found.filter(digest=_digest(text)).first()


def find_own_invitation(pk, *, user):
    """The invitation that is bound to the user's e-mail, or None."""
    rows = Invitation.objects.select_related("product", "created_by")
    found = rows.exclude(email="").filter(pk=pk).first()
    return found if found and is_for(found, user) else None


def why_closed(invitation, *, at=None):
    """Why it lets nobody in any more, as a sentence; "" while it is open."""
    if invitation.revoked_at:
        return "This invitation was revoked."
    if invitation.accepted_at:
        return "This invitation was used already. Each is good for one person."
    if invitation.expires_at <= (at or timezone.now()):
        return f"This invitation ran out on {invitation.expires_at:%-d %B %Y}."
    return ""


def is_for(invitation, user):
    return not invitation.email or invitation.email.casefold() == user.email.casefold()


def accept_invitation(text, *, user):
    """Make the user a member with the invited role; return the membership.

    Who is a member already stays what they are, and the invitation stays good. Raises
    InvitationClosed, ForSomebodyElse.
    """
    return _accept(Invitation.objects.filter(digest=_digest(text)), user)


def accept_own_invitation(pk, *, user):
    """As `accept_invitation`, without the link: for the one whose confirmed address it is bound to.

    Raises ForSomebodyElse to everybody else.
    """
    rows = Invitation.objects.filter(pk=pk)
    invitation = rows.first()
    if invitation is None or invited_account(invitation) != user:
        raise ForSomebodyElse
    return _accept(rows, user)


def invited_account(invitation):
    """The account that has confirmed the address which this is bound to, or None.

    An address that nobody has confirmed may be anybody's: who has it is told of the invitation,
    but comes in by its link alone.
    """
    account = invitation.email and User.objects.by_email(invitation.email)
    if not account:
        return None
    theirs = EmailAddress.objects.filter(user=account, email__iexact=account.email, verified=True)
    return account if theirs.exists() else None


def _accept(rows, user):
    # Its row is locked, else: two people with one link each find it unused.
    invitation = rows.select_for_update().first()
    if invitation is None:
        raise InvitationClosed("This invitation isn't known.")
    member = Membership.objects.filter(product=invitation.product_id, user=user).first()
    if member:
        return member
    if reason := why_closed(invitation):
        raise InvitationClosed(reason)
    if not is_for(invitation, user):
        raise ForSomebodyElse
    invitation.accepted_by, invitation.accepted_at = user, timezone.now()
    invitation.updated_by = user
    invitation.save(update_fields=["accepted_by", "accepted_at", "updated_by"])
    return Membership.objects.create(
        product_id=invitation.product_id, user=user, role=invitation.role, updated_by=user
    )


def revoke_invitation(invitation, *, by):
    """It lets nobody in from now on; who came in by it stays."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None).update(
        revoked_at=timezone.now(), updated_by=by
    )


def forget_unused(*, at=None):
    """Delete those that ran out over KEPT_FOR ago and let nobody in; returns their number."""
    before = (at or timezone.now()) - KEPT_FOR
    return Invitation.objects.filter(accepted_at=None, expires_at__lt=before).delete()[0]


def mail_invitation(invitation, *, link):
    """Send the link after COMMIT, where mail is set; whether it will be.

    A mail that can't be sent is logged and nothing more: the link is on the page to be copied.
    An account that has confirmed the address is told by its notifications (products/telling).
    """
    if not (invitation.email and settings.EMAIL_URL):
        return False
    if invited_account(invitation) is not None:
        return True

    def send():
        send_mail(
            f"Userward: {invitation.created_by} invites you to {invitation.product}",
            f"{invitation.created_by} invites you to {invitation.product} as "
            f"{invitation.get_role_display()}.\n\n{link}\n\nThe link is good for one person, until "
            f"{invitation.expires_at:%-d %B %Y}.\n",
            None,
            [invitation.email],
        )

    transaction.on_commit(send, robust=True)
    return True


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()
