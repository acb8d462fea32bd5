from django.db.models import BigIntegerField, Func


class CurrentTransaction(Func):
    """The current transaction's 64-bit id, as a bigint (PostgreSQL's xid8 has no cast to it)."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = BigIntegerField()
    allowed_default = True

    def __init__(self):
        super().__init__()

    def deconstruct(self):
        return "accounts.expressions.CurrentTransaction", (), {}
