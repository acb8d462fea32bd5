"""The programs that Userward consists of, as they are started everywhere.

`make run` and the tests start these, compose.yaml and README say them again; each adds its own
addresses and numbers.
"""

_CELERY = (
    "celery -A config worker --without-gossip --without-mingle --without-heartbeat --loglevel INFO"
)
PROGRAMS = {
    "worker": f"{_CELERY} --concurrency 2",
    "analyses": f"{_CELERY} --concurrency 1 --queues analyses --hostname analyses@%h",
    "sweeper": "manage.py sweep_scores",
    "thinner": "manage.py thin_history --daily",
    "mailer": "manage.py send_mail --watch",
    "live": "uvicorn config.asgi:application --timeout-graceful-shutdown 1 --no-access-log",
    "web": "gunicorn config.wsgi --threads 8 --no-control-socket",
}


def python_arguments(name: str) -> list[str]:
    """What Python is given to be the program."""
    words = PROGRAMS[name].split()
    return words if words[0] == "manage.py" else ["-m", *words]
