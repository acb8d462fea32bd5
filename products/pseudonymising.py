"""Forget who somebody was, in the account and in products. The caller has authorised it."""

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Coalesce, Lower, Now

from accounts.account_events import record
from accounts.models import AccountEvent, User
from accounts.pseudonymising import emails_of, forget_person, is_pseudonymised
from products.models import Following, Invitation


@transaction.atomic
def pseudonymise(user: User, *, by: User | None = None, means: str) -> bool:
    """Whether there was still something to do. It can't be taken back.

    What they rated, wrote and decided stays, under a name that says nothing; so do texts in which
    somebody wrote the name.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if is_pseudonymised(user):
        return False
    _forget_invited(emails_of(user))
    Following.objects.filter(user=user).delete()
    forget_person(user)
    record(user, AccountEvent.Kind.PSEUDONYMISED, by=by, means=means)
    return True


def _forget_invited(emails):
    """Those to them lose their e-mail; open ones are revoked, or would let in whoever has them."""
    theirs = Invitation.objects.annotate(lower=Lower("email")).filter(lower__in=emails)
    revoked = Case(
        When(accepted_at=None, then=Coalesce("revoked_at", Now())), default=F("revoked_at")
    )
    theirs.update(email="", revoked_at=revoked)
