"""What happens around an account that no row of it keeps: who signed in, who tried in vain."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.history import never_emptied


class AccountEvent(models.Model):
    """Append-only. It holds no name, address or e-mail: those are the user's, and end with them."""

    class Kind(models.TextChoices):
        SIGNED_UP = "signed_up", "signed up"
        SIGNED_IN = "signed_in", "signed in"
        SIGNED_OUT = "signed_out", "signed out"
        FAILED = "failed", "failed to sign in"
        PASSWORD = "password", "set a new password"
        EMAIL = "email", "changed the e-mail"
        FACTOR_ADDED = "factor_added", "added a second factor"
        FACTOR_REMOVED = "factor_removed", "removed a second factor"
        LINK_MADE = "link_made", "made a sign-in link"
        DATA_TAKEN = "data_taken", "downloaded what is kept about them"
        PSEUDONYMISED = "pseudonymised", "was pseudonymised"

    at = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="account_events",
        db_constraint=False,
    )
    """Whose account; null where somebody tried to sign in to none that there is."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    """Who did it, if not the user."""
    means = models.CharField(max_length=10, default="session")
    hour = models.DateTimeField(null=True)
    """Of failures, which are counted: the hour they were in."""
    attempts = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        # As the back office calls the log, which it shows in its place.
        verbose_name = "entry of the log"
        verbose_name_plural = "log"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "hour"],
                condition=Q(hour__isnull=False),
                nulls_distinct=False,
                name="failures_are_counted_by_account_and_hour",
            )
        ]
        indexes = [models.Index(fields=["at", "id"], name="account_events_by_time")]
        triggers = [
            never_emptied(),
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                # Failures are counted upwards. A row for each would let whoever attacks fill the
                # disk.
                func="""
                    IF TG_OP = 'UPDATE' THEN
                        IF to_jsonb(OLD) - 'attempts' = to_jsonb(NEW) - 'attempts'
                            AND OLD.kind = 'failed' AND NEW.attempts > OLD.attempts THEN
                            RETURN NEW;
                        END IF;
                    END IF;
                    RAISE EXCEPTION 'Cannot update or delete rows from % table', TG_TABLE_NAME;
                """,
            ),
        ]

    @property
    def actor_id(self):
        """The user who did it; None where that isn't known."""
        by_others = {self.Kind.FAILED, self.Kind.LINK_MADE, self.Kind.PSEUDONYMISED}
        if self.by_id or self.kind in by_others or self.means == "command":
            return self.by_id
        return self.user_id

    def __str__(self):
        return f"{self.user_id}: {self.get_kind_display()}"
