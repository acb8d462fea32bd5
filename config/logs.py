"""What the log says; read by the settings, before any model is there."""

import logging


class ExpectedWithoutTraceback(logging.Filter):
    """What was refused is one line in the log: the traceback would tell of Django alone."""

    def filter(self, record):
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
