"""When a worker and the sweeper were last at work: whether somebody is there to rescore."""

from django.db import connection, models
from django.db.models.functions import Now

WORKER, SWEEPER = "worker", "sweeper"
NOTED_EVERY_SECONDS = 5


class ProcessSeen(models.Model):
    name = models.CharField(max_length=20, primary_key=True)
    seen_at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"{self.name}: {self.seen_at}"


def note_seen(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO prioritisation_processseen AS seen (name) VALUES (%s)
            ON CONFLICT (name) DO UPDATE SET seen_at = now()
            WHERE seen.seen_at < now() - make_interval(secs => %s)
            """,
            [name, NOTED_EVERY_SECONDS],
        )
