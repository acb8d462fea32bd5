"""The answers to POSTs that named an Idempotency-Key: asked again, each is given once more."""

from datetime import datetime, timedelta

from django.db import connection, models
from django.utils import timezone

from accounts.expressions import CurrentTransaction
from products.fields import created_at_field

KEPT_FOR = timedelta(hours=24)
LONGEST_KEY = 255


class KeptAnswer(models.Model):
    """Written in the transaction of the request that it answers, so both are there or neither.

    It repeats what the request wrote, at most for `KEPT_FOR`; where that is of one product, it goes
    with the product. An answer that made a product stays: a request that comes late, after the
    product was deleted, makes no second one.
    """

    #: "user 5", or "token 7" of a product: one's keys are nobody else's
    caller = models.CharField(max_length=30)
    key = models.CharField(max_length=LONGEST_KEY)
    #: of the request's path, query and body
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True, default="")
    product = models.ForeignKey(
        "products.Product",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
    )
    #: of the transaction that it is written in: its `Userward-Change`
    xid = models.BigIntegerField(db_default=CurrentTransaction())
    created_at = created_at_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "key"], name="one_kept_answer_per_caller_and_key"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="kept_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.status} to {self.caller}"


def claim(*, caller: str, key: str, fingerprint: str, product_id: int | None) -> bool:
    """Whether this transaction is the one to answer; else the answer is there to be read.

    A inserts the row and goes on; B's insert waits for the end of A's transaction. If A commits,
    B finds the key taken and reads A's answer; if A is rolled back, B's row is inserted. Looking
    for the row first wouldn't do: A looks, B looks, both find none, both write.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO products_keptanswer AS kept
                (caller, key, fingerprint, product_id, headers, body)
            VALUES (%(caller)s, %(key)s, %(fingerprint)s, %(product_id)s, '{}', '')
            ON CONFLICT (caller, key) DO UPDATE
                SET fingerprint = EXCLUDED.fingerprint, product_id = EXCLUDED.product_id,
                    xid = EXCLUDED.xid, created_at = EXCLUDED.created_at
                WHERE kept.created_at < %(before)s
            RETURNING id
            """,
            {
                "caller": caller,
                "key": key,
                "fingerprint": fingerprint,
                "product_id": product_id,
                "before": timezone.now() - KEPT_FOR,
            },
        )
        return cursor.fetchone() is not None


def keep(*, caller: str, key: str, status: int, headers: dict[str, str], body: str) -> KeptAnswer:
    """Write the answer into the row that `claim` made."""
    rows = KeptAnswer.objects.filter(caller=caller, key=key)
    rows.update(status=status, headers=headers, body=body)
    return rows.get()


def forget_answers(*, at: datetime | None = None) -> int:
    """Delete the answers that are kept no longer; returns their number."""
    old = KeptAnswer.objects.filter(created_at__lt=(at or timezone.now()) - KEPT_FOR)
    return old.delete()[0]
