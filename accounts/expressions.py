from django.db.models import BigIntegerField, Func


class CurrentChange(Func):
    """The id that all that this transaction writes to the input history and to marks carries.

    It comes from a sequence: no other transaction ever has it, whatever database cluster a dump
    is restored into. A transaction that writes neither takes none.
    """

    template = "current_change_id()"
    output_field = BigIntegerField()
    allowed_default = True

    def __init__(self):
        super().__init__()

    def deconstruct(self):
        return "accounts.expressions.CurrentChange", (), {}


class CurrentTransaction(CurrentChange):
    """The transaction's id in its database cluster: a change's id for the first migrations."""

    template = "pg_current_xact_id()::text::bigint"

    def deconstruct(self):
        return "accounts.expressions.CurrentTransaction", (), {}
