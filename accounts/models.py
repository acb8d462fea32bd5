import hashlib
import secrets
from datetime import timedelta

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models.functions import Lower, Now
from django.utils import timezone

from accounts.account_event import AccountEvent as AccountEvent
from accounts.cut_off_triggers import cuts_off
from accounts.cut_offs import TICKET_SECONDS
from accounts.history import with_input_history
from accounts.scopes import EVERYTHING, not_understood, told

#: how long a token is good unless it is made for another time
DAYS = 90
MAX_DAYS = 365
#: that can be used at a time
MAX_TOKENS_OF_A_USER = 50
MAX_TOKENS_OF_A_PRODUCT = 50
ENDED_TOKENS_SHOWN = 20


class AccountManager(UserManager):
    def by_email(self, email):
        """The active user with this e-mail, whatever its case, or None."""
        return self.filter(email__iexact=email.strip(), is_active=True).first()


# No name and no e-mail: an event can't be changed, and a person's name has to be.
@with_input_history(fields=["is_active", "is_staff", "is_superuser"], model_name="UserEvent")
class User(AbstractUser):
    """Signs in by name or e-mail. Deactivated or pseudonymised, never deleted."""

    email = models.EmailField("e-mail")

    objects = AccountManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_user_per_email",
                violation_error_message="There is already an account with this e-mail.",
            )
        ]
        triggers = cuts_off(
            key="id",
            user="o.id",
            updated="(o.is_active AND NOT n.is_active) OR o.password <> n.password",
        )

    def __str__(self):
        return self.get_full_name() or self.username


class TooManyTokens(Exception):
    """Its owner has as many that can be used as one may; the message says how many."""


class TokenQuerySet(models.QuerySet):
    def issue(
        self, *, name, user=None, product=None, scopes=(EVERYTHING,), by=None, expires_at=None
    ):
        """Make a token; return it with its text, which is shown once and stored nowhere.

        It ends after DAYS unless `expires_at` says otherwise. Raises TooManyTokens.
        """
        if wrong := not_understood(list(scopes)):
            raise ValueError(f"no such scope: {', '.join(wrong)}")
        lookup, secret = secrets.token_hex(8), secrets.token_bytes(32)
        with transaction.atomic():
            _check_number_of_tokens(user or product)
            token = self.create(
                name=name,
                lookup=lookup,
                digest=hashlib.sha256(secret).hexdigest(),
                user=user,
                product=product,
                scopes=list(scopes),
                created_by=by or user,
                expires_at=expires_at or timezone.now() + timedelta(days=DAYS),
            )
        return token, f"{token.prefix}_{lookup}_{secret.hex()}"

    def usable(self, at=None):
        """Those that are neither revoked nor expired `at` that time (now)."""
        ends = models.Q(expires_at=None) | models.Q(expires_at__gt=at or timezone.now())
        return self.filter(ends, revoked_at=None)

    def shown(self):
        """Those that can be used, then the last ENDED_TOKENS_SHOWN others; the newest first."""
        newest_first = self.select_related("created_by").order_by("-created_at", "-pk")
        ended = newest_first.exclude(pk__in=self.usable().values("pk"))
        return [*newest_first.usable(), *ended[:ENDED_TOKENS_SHOWN]]

    def revoke(self):
        """End them for good; return how many were not yet."""
        return self.filter(revoked_at=None).update(revoked_at=timezone.now())

    def find(self, text):
        """The token with this text, whether it can be used or not, or None."""
        try:
            prefix, lookup, secret = text.split("_")
            digest = hashlib.sha256(bytes.fromhex(secret)).hexdigest()
        except ValueError:
            return None
        if "\x00" in text:
            return None
        found = self.filter(lookup=lookup).select_related("user").first()
        if found is None or found.prefix != prefix:
            return None
        return found if secrets.compare_digest(found.digest, digest) else None

    def authenticate(self, text, at=None):
        """The token with this text, if it can be used `at` that time (now), or None."""
        found = self.find(text)
        return found if found and found.is_usable(at or timezone.now()) else None


def _check_number_of_tokens(owner):
    """Takes the owner's row until COMMIT, else: two are made at once, each counts one too few."""
    owners = owner._meta.model._default_manager
    list(owners.select_for_update(no_key=True).filter(pk=owner.pk))
    most = MAX_TOKENS_OF_A_USER if isinstance(owner, User) else MAX_TOKENS_OF_A_PRODUCT
    if owner.tokens.usable().count() >= most:
        raise TooManyTokens(f"There are {most} that can be used, the most. Revoke some first.")


@with_input_history(
    fields=["user", "product", "scopes", "expires_at", "revoked_at"], model_name="TokenEvent"
)
class Token(models.Model):
    """A key to the API, of a user or of one product."""

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=8, default="uw", editable=False)
    lookup = models.CharField(max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens"
    )
    product = models.ForeignKey(
        "products.Product",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="tokens",
        db_constraint=False,
    )
    scopes = models.JSONField(default=list, blank=True)
    """Names of accounts/scopes.py. None, or one that isn't there, opens nothing."""
    created_by = models.ForeignKey(
        User, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user__isnull=True) ^ models.Q(product__isnull=True),
                name="a_token_is_of_a_user_or_of_a_product",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stays_revoked",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False)
                & pgtrigger.Q(old__revoked_at__df=pgtrigger.F("new__revoked_at")),
                func="""
                    RAISE EXCEPTION 'a revoked token stays revoked'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'a_revoked_token_stays_revoked';
                """,
            )
        ]

    def __str__(self):
        return f"{self.name} ({self.prefix}_{self.lookup}…)"

    @property
    def scopes_told(self):
        return told(self.scopes)

    def was_used_within(self, *, seconds):
        used = self.last_used_at
        return used is not None and (timezone.now() - used).total_seconds() <= seconds

    def why_unusable(self, at):
        """Why it opens nothing `at` that time, in a word; "" where it does."""
        if self.revoked_at:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= at:
            return "expired"
        if self.user is not None and not self.user.is_active:
            return "of a deactivated user"
        return ""

    def is_usable(self, at):
        return not self.why_unusable(at)


class CutOff(models.Model):
    """A user, a user in one product, or a session; with none of them, everybody."""

    # Plain numbers: what they name may be gone.
    user_id = models.BigIntegerField(null=True)
    product_id = models.BigIntegerField(null=True)
    session = models.CharField(max_length=64, null=True)
    told_at = models.FloatField(null=True)
    """When somebody first told of it: Unix time, after its COMMIT."""

    def __str__(self):
        return f"user {self.user_id}, product {self.product_id}, session {self.session}"


class WatchedSession(Session):
    """Django's session, with our triggers on its table.

    One that ran out long ago, and that `clearsessions` deletes, has no ticket any more.
    """

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = cuts_off(
            key="session_key",
            session="encode(sha256(convert_to(o.session_key, 'UTF8')), 'hex')",
            updated="(n.expire_date <= now() AND o.expire_date > now())",
            deleted=f"o.expire_date > now() - make_interval(secs => {TICKET_SECONDS})",
        )


class SignInAttempts(models.Model):
    """How many attempts to sign in were counted under a limit (accounts/sign_in_limits.py)."""

    key = models.CharField(max_length=64, primary_key=True)
    ends_at = models.DateTimeField()
    attempts = models.PositiveIntegerField()

    def __str__(self):
        return f"{self.attempts} until {self.ends_at}"


class Kind(models.TextChoices):
    """What somebody is told of."""

    MENTION = "mention", "Somebody mentions you"
    COMMENT = "comment", "A comment on what you follow"
    DECISION = "decision", "A decision about what you follow"
    MEMBERSHIP = "membership", "You are invited, or your role changes"
    WEEKLY = "weekly", "What moved in your products, once a week"


class Delivery(models.TextChoices):
    """Where a notification's mail stands."""

    NONE = "none", "not wanted"
    DUE = "due", "to be sent"
    SENDING = "sending", "being sent"
    SENT = "sent", "sent"
    DOUBTFUL = "doubtful", "perhaps sent"
    REFUSED = "refused", "refused by the mail server"


class Notification(models.Model):
    """What one person is told, on the page and, where wished, by mail (accounts/notifications.py).

    Made in the transaction of what it tells of, so it is there if that is, and never otherwise.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    product = models.ForeignKey(
        "products.Product",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    kind = models.CharField(max_length=12, choices=Kind.choices)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    path = models.CharField(max_length=500)
    """Where it leads, from the site's root."""
    told_once_as = models.CharField(max_length=100, unique=True)
    """What it tells of, and whom: telling it again makes no second one."""
    on_page = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=8, choices=Delivery.choices, default=Delivery.NONE)
    mail_at = models.DateTimeField(db_default=Now())
    """When its mail is to be tried, was begun, or was sent."""
    mail_failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["mail_at"],
                name="mail_under_way",
                condition=models.Q(mail__in=[Delivery.DUE, Delivery.SENDING]),
            ),
            models.Index(
                fields=["user"], name="unread", condition=models.Q(read_at=None, on_page=True)
            ),
        ]

    def __str__(self):
        return self.title


class NotificationChoice(models.Model):
    """How somebody wants to be told of one kind; without a row, as DEFAULT_CHOICES says."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_choices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    on_page = models.BooleanField()
    by_mail = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_choice_per_user_and_kind")
        ]

    def __str__(self):
        return f"{self.user}: {self.kind}"
