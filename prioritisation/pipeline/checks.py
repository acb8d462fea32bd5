"""Whether the database is as the code expects it: migrated, with every trigger at work."""

from functools import cache

import pgtrigger.registry
from django.core.checks import Error
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def triggers_are_installed(app_configs, databases, **kwargs):
    """System check: without its triggers a write marks nothing and scores stay wrong in silence."""
    errors = []
    for alias in databases or []:
        # `migrate` runs this check first, when there may be no table yet.
        if missing_migrations(alias):
            continue
        errors += [
            Error(
                f"The trigger {trigger} is missing or disabled.",
                hint="manage.py pgtrigger install && manage.py pgtrigger enable",
                id="prioritisation.E001",
            )
            for trigger in missing_triggers(alias)
        ]
    return errors


def missing_migrations(alias="default"):
    """Names of migrations on disk that this database hasn't seen."""
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return [f"{app}.{name}" for app, name in sorted(_migrations_on_disk() - set(applied))]


@cache
def _migrations_on_disk():
    return set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def missing_triggers(alias="default"):
    """`model: trigger` for each that the models declare and the database doesn't fire."""
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
            " AND pg_table_is_visible(c.oid)"
        )
        firing = set(cursor.fetchall())
    declared = {
        (model._meta.db_table, trigger.get_pgid(model)): f"{model._meta.label}: {trigger.name}"
        for model, trigger in pgtrigger.registry.registered()
    }
    return sorted(declared[missing] for missing in declared.keys() - firing)
