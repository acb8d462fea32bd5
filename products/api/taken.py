"""Unique constraints and the field that each is about; all other modules are told here."""

from functools import cache
from itertools import chain

from django.apps import apps
from django.db.models import F, UniqueConstraint
from rest_framework.utils.field_mapping import get_unique_error_message

UNIQUE_VIOLATION = "23505"


def taken(error):
    """{field: message} where an IntegrityError says that another row has this value, or None."""
    cause = error.__cause__
    if getattr(cause, "pgcode", None) != UNIQUE_VIOLATION:
        return None
    return fields_by_constraint().get(cause.diag.constraint_name)


@cache
def fields_by_constraint():
    """Constraint's name → {field: message}, of all that a request may run into."""
    found = {}
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, UniqueConstraint) and _has_a_message(constraint):
                field = _columns(constraint)[-1]
                found[constraint.name] = {field: str(constraint.violation_error_message)}
        for field in model._meta.concrete_fields:
            if field.unique and not field.primary_key:
                name = f"{model._meta.db_table}_{field.column}_key"
                found[name] = {field.name: str(get_unique_error_message(field))}
    return found


def _has_a_message(constraint):
    return constraint.violation_error_message != constraint.default_violation_error_message


def _columns(constraint):
    """The names of its columns: the last is the one that is taken within the others."""
    inner = (
        [expression] if isinstance(expression, F) else expression.get_source_expressions()
        for expression in constraint.expressions
    )
    return [*constraint.fields, *(one.name for one in chain.from_iterable(inner))]
