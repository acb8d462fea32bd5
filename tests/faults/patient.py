"""A worker that includes this waits for its tasks as long as Celery does by itself."""

from prioritisation.pipeline import stopping

stopping.PATIENCE_SECONDS = 60
