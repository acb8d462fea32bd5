"""Tell people of what concerns them: a row each, in the transaction of what it tells of.

The row is the outbox too: `manage.py send_mail` sends what is due.
"""

import contextlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from smtplib import SMTPNotSupportedError, SMTPRecipientsRefused, SMTPResponseException
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.signing import Signer
from django.db import Error, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.models import Delivery, Kind, Notification, NotificationChoice, User

log = logging.getLogger(__name__)

#: kind → (on the page, by mail), for somebody who hasn't chosen
DEFAULT_CHOICES = {kind: (True, kind != Kind.COMMENT) for kind in Kind}
#: a mail whose sending was begun so long ago and not ended: the sender was killed
DOUBTFUL_AFTER = timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
#: while the mail server is away, which says nothing against a mail
LONGEST_PAUSE_WHILE_AWAY = timedelta(minutes=1)
#: counted no further, or the column would overflow one day
MAX_FAILURES = 1000
#: SMTP's answers from here on are for good
PERMANENT = 500
#: sent in one go; the rest is left to the next
MAX_MAILS_A_GO = 100


def notify(
    users: Iterable[User],
    kind: Kind,
    *,
    title: str,
    path: str,
    told_once_as: str,
    product=None,
    text: str = "",
    mailed: bool = True,
) -> set[int]:
    """Tell each of `users` once: telling again what was told as `told_once_as` does nothing.

    Call it in the transaction that does what is told. Not `mailed`, it is told on the page alone.
    Returns the ids of those whose page has something new.
    """
    users = [user for user in users if user.is_active]
    chosen = {
        row.user_id: (row.on_page, row.by_mail)
        for row in NotificationChoice.objects.filter(kind=kind, user__in=users)
    }
    rows = []
    for user in users:
        on_page, by_mail = chosen.get(user.pk, DEFAULT_CHOICES[kind])
        by_mail = by_mail and mailed and bool(user.email)
        if on_page or by_mail:
            rows.append(
                Notification(
                    user=user,
                    product=product,
                    kind=kind,
                    title=title[:300],
                    text=text,
                    path=path,
                    told_once_as=f"{told_once_as}:{user.pk}",
                    on_page=on_page,
                    mail=Delivery.DUE if by_mail else Delivery.NONE,
                )
            )
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    return {row.user_id for row in rows if row.on_page}


def told_to(user):
    """The user's Notifications, without those of products that they have left or were removed from.

    An invitation is of a product that one isn't in yet.
    """
    theirs = Q(product=None) | Q(kind=Kind.MEMBERSHIP)
    theirs |= Q(product__in=user.memberships.values("product"))
    return user.notifications.filter(theirs)


def shown_to(user):
    return told_to(user).filter(on_page=True)


def unread(user):
    return shown_to(user).filter(read_at=None)


def choices_of(user):
    """kind → (on the page, by mail)."""
    chosen = {row.kind: (row.on_page, row.by_mail) for row in user.notification_choices.all()}
    return {kind: chosen.get(kind, DEFAULT_CHOICES[kind]) for kind in Kind}


def choose(user, kind, *, on_page, by_mail):
    NotificationChoice.objects.update_or_create(
        user=user, kind=kind, defaults={"on_page": on_page, "by_mail": by_mail}
    )


# --- mail ----------------------------------------------------------------------------------------


class MailServerAway(Exception):
    """It can't be reached, or refuses us altogether."""


def send_due_mail(*, wanted=lambda: True) -> int:
    """Send what is due, while `wanted()`; return how many were sent.

    Each is marked SENDING, and that is committed, before it is handed over: whoever finds it so
    later can't know whether the server took it, and tells it as doubtful instead of sending it
    twice. What the server refuses, or wasn't there to take, is due again after a pause.
    """
    _tell_doubtful()
    sent = 0
    for _ in range(MAX_MAILS_A_GO):
        due = _begin_next() if wanted() else None
        if due is None:
            break
        try:
            sent += _send(due)
        except MailServerAway:
            break  # for the others, too
        except Error:  # the database's
            raise
        except Exception:
            # Else: one that can't be made ends the sender, again and again.
            log.exception("mail %s: can't be made", due.pk)
            _set(due, Delivery.REFUSED)
    return sent


@transaction.atomic
def _begin_next():
    """The next Notification that is due, marked SENDING by us alone; None where none is."""
    # Locked, and what others have locked is passed over. Else: two senders find the same one due.
    row = (
        Notification.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("user", "product")
        .filter(mail=Delivery.DUE, mail_at__lte=timezone.now())
        .order_by("mail_at", "pk")
        .first()
    )
    if row:
        _set(row, Delivery.SENDING)
    return row


def _send(row) -> bool:
    """Whether the server took it; raises MailServerAway."""
    if not _still_concerns(row):
        _set(row, Delivery.NONE)
        return False
    message = _message(row)
    try:
        message.connection.open()
    except OSError as error:  # SMTPException is one
        _again_later(row, error, longest=LONGEST_PAUSE_WHILE_AWAY)  # nothing was handed over
        raise MailServerAway from error
    try:
        message.send()
    except SMTPRecipientsRefused as error:
        _not_taken(row, error, max(code for code, _text in error.recipients.values()))
        return False
    except SMTPResponseException as error:
        _not_taken(row, error, error.smtp_code)
        return False
    except SMTPNotSupportedError as error:
        _not_taken(row, error, PERMANENT)
        return False
    except OSError as error:
        log.warning("mail %s: perhaps sent (%s)", row.pk, error)
        _set(row, Delivery.DOUBTFUL)
        return False
    finally:
        with contextlib.suppress(OSError):
            message.connection.close()
    _set(row, Delivery.SENT)
    return True


def _still_concerns(row) -> bool:
    """Who left a product since, or lost their account, is told no more of it."""
    return row.user.is_active and told_to(row.user).filter(pk=row.pk).exists()


def _not_taken(row, error, code):
    """The server said so itself: for good (5xx), or for now (4xx)."""
    if code >= PERMANENT:
        log.warning("mail %s: refused (%s)", row.pk, error)
        _set(row, Delivery.REFUSED)
    else:
        _again_later(row, error)


def _set(row, delivery):
    Notification.objects.filter(pk=row.pk).update(mail=delivery, mail_at=timezone.now())


def _again_later(row, error, *, longest=LONGEST_PAUSE):
    pause = min(FIRST_PAUSE * 2 ** min(row.mail_failures, 16), longest)
    log.warning("mail %s: again in %s (%s)", row.pk, pause, error)
    Notification.objects.filter(pk=row.pk).update(
        mail=Delivery.DUE,
        mail_at=timezone.now() + pause,
        mail_failures=min(row.mail_failures + 1, MAX_FAILURES),
    )


def _tell_doubtful():
    begun = Notification.objects.filter(
        mail=Delivery.SENDING, mail_at__lt=timezone.now() - DOUBTFUL_AFTER
    )
    count = begun.update(mail=Delivery.DOUBTFUL)
    if count:
        log.warning("%s mails were begun and not ended: perhaps sent", count)


def _message(row):
    stop = settings.SITE_URL + reverse("stop_mail", args=[unsubscribe_token(row.user, row.kind)])
    context = {
        "row": row,
        "link": settings.SITE_URL + row.path,
        "settings": settings.SITE_URL + reverse("notification_choices"),
        "stop": stop,
    }
    message = EmailMultiAlternatives(
        subject=" ".join(f"Userward: {row.title}".split()),
        body=render_to_string("accounts/mail.txt", context),
        to=[row.user.email],
        headers={
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            # The same each time it is tried: a server that has it already can see so.
            "Message-ID": f"<notification-{row.pk}@{urlsplit(settings.SITE_URL).hostname}>",
        },
        connection=get_connection(),
    )
    message.attach_alternative(render_to_string("accounts/mail.html", context), "text/html")
    return message


# --- "no more mail of this kind", from the mail itself --------------------------------------------


def unsubscribe_token(user, kind):
    return Signer(salt="accounts.stop_mail").sign_object([user.pk, str(kind)], compress=False)


def read_unsubscribe_token(token):
    """(user, kind) that it was made for; raises BadSignature, User.DoesNotExist."""
    pk, kind = Signer(salt="accounts.stop_mail").unsign_object(token)
    return User.objects.get(pk=pk), Kind(kind)


def stop_mail(user, kind):
    on_page, _by_mail = choices_of(user)[kind]
    choose(user, kind, on_page=on_page, by_mail=False)
