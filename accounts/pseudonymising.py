"""Take a person out of their account; the account stays, for what refers to it."""

import re

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from accounts.models import Notification, Token, User

#: no mail ever reaches it (RFC 2606)
NOWHERE = "pseudonymised.invalid"


def is_pseudonymised(user: User) -> bool:
    return user.email.endswith(f"@{NOWHERE}")


def emails_of(user: User) -> list[str]:
    """Every address that the account has or had."""
    others = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    return sorted({email.casefold() for email in (user.email, *others) if email})


def forget_person(user: User) -> None:
    """Give the account a name that says nothing, and end all that opens it.

    The history names people by their account, so it says the new name from now on.
    """
    called = [user.username, user.get_full_name(), *emails_of(user)]
    _end_sessions(user, called)
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=user).delete()
    user.tokens.update(name="token", revoked_at=Coalesce("revoked_at", Now()))
    user.username = _free_name(user)
    user.email = f"person-{user.pk}@{NOWHERE}"
    user.first_name = user.last_name = ""
    user.is_active = user.is_staff = user.is_superuser = False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
    _rename_in_admin_log(user)
    _rename_in_notifications(user, called)


def _free_name(user):
    name = f"person-{user.pk}"
    while User.objects.exclude(pk=user.pk).filter(username=name).exists():
        name += "-"
    return name


def _end_sessions(user, called):
    """Also those that no UserSession knows, and those that wait for a second factor: a session
    holds the name or the e-mail that was typed to begin it."""
    for session in Session.objects.iterator():
        kept = session.get_decoded()
        told = str(kept).casefold()
        named = any(name.casefold() in told for name in called if name)
        if kept.get("_auth_user_id") == str(user.pk) or (named and "_auth_user_id" not in kept):
            session.delete()
    UserSession.objects.filter(user=user).delete()


def _rename_in_admin_log(user):
    types = ContentType.objects.get_for_models(User, Token)
    theirs = Q(content_type=types[User], object_id=str(user.pk))
    tokens = [str(pk) for pk in user.tokens.values_list("pk", flat=True)]
    theirs |= Q(content_type=types[Token], object_id__in=tokens)
    LogEntry.objects.filter(theirs).update(object_repr=str(user))


def _rename_in_notifications(user, called):
    """Theirs go; others' name them in a title or a text."""
    user.notifications.all().delete()
    user.notification_choices.all().delete()
    found = Q()
    for name in filter(None, called):
        found |= Q(title__icontains=name) | Q(text__icontains=name)
    words = "|".join(re.escape(name) for name in sorted(filter(None, called), key=len)[::-1])
    pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    for row in Notification.objects.filter(found).iterator():
        row.title = pattern.sub(user.username, row.title)[:300]
        row.text = pattern.sub(user.username, row.text)
        row.save(update_fields=["title", "text"])
