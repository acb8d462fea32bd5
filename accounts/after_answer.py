"""What is done once an answer is with whoever asked, so that its time tells nothing."""

import logging
from collections.abc import Callable
from functools import wraps
from smtplib import SMTPException

from allauth.core import context
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest

log = logging.getLogger(__name__)


def answers_first(view):
    """The view's `put_off` jobs are done when the server closes the answer, which it has sent."""

    @wraps(view)
    def wrapped(request, *args, **kwargs):
        request.put_off = []
        response = view(request, *args, **kwargs)
        # What Django itself closes with the answer: nothing else comes after the last byte.
        response._resource_closers += [_kept_to_itself(request, job) for job in request.put_off]
        return response

    return wrapped


def put_off(request: HttpRequest, job: Callable[[], object]) -> None:
    request.put_off.append(job)


def _kept_to_itself(request: HttpRequest, job: Callable[[], object]) -> Callable[[], None]:
    """Django forgets what fails there in silence."""

    def run() -> None:
        try:
            with context.request_context(request):
                job()
        except (OSError, SMTPException, OperationalError, InterfaceError):
            log.exception("what was put off until after the answer failed")

    return run
