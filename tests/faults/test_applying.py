"""A scenario is applied while others write; the safeguard also switched off."""

from datetime import date

from django.db import OperationalError
from django.db.models import QuerySet

from accounts.models import User
from personas.models import AdoptionReading
from personas.services import record_reading
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.transactions import writing
from prioritisation.weighting.services import apply_scenario
from tests.cast import scenario
from tests.faults.scenes import in_thread
from tests.processes import eventually, own_cursor

TODAY = date(2026, 11, 26)


def somebody_waits():
    with own_cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def record_and_apply(product):
    """Somebody records today's reading of the nurses; before COMMIT another applies a scenario
    that has one, too. Returns the conflicts that PostgreSQL ended."""
    alice, nurse = User.objects.get(), product.personas.get(name="Nurse")
    kept = scenario(product, by=alice, readings={nurse.pk: (490, 490, 0)})
    conflicts, applying = [], []

    def apply():
        try:
            with writing(user=alice, means="session"):
                apply_scenario(kept, version=1, by=alice, today=TODAY)
        except OperationalError as conflict:
            conflicts.append(conflict)

    try:
        with writing(user=alice, means="session"):
            record_reading(persona=nurse, observed_on=TODAY, by=alice, installed=9, active=5)
            applying.append(in_thread(apply))
            eventually(somebody_waits, within=5)
    except OperationalError as conflict:
        conflicts.append(conflict)
    applying[0].join()
    rescore(product.pk)
    return conflicts


def test_who_applies_waits_for_a_reading_and_then_replaces_it(product):
    assert record_and_apply(product) == []
    assert AdoptionReading.objects.get().active == 490


def test_the_control_with_the_personas_keys_locked_they_deadlock(product, monkeypatch):
    lock = QuerySet.select_for_update
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_how: lock(self))

    (conflict,) = record_and_apply(product)
    assert "deadlock detected" in str(conflict)
