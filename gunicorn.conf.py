"""What every start of the site has in common; gunicorn reads it where it is started."""

import contextlib
import ctypes

#: its most: with 4,094 the sheet over 400 requirements selected in the ranking was refused (414),
#: and one may select entry.bulk.MOST
limit_request_line = 8190

#: Docker kills after ten seconds, and whoever updates waits; what is under way after two rolls
#: back (gunicorn's own default is 30)
graceful_timeout = 2


def post_fork(server, worker):
    """Have glibc share one heap among the threads: each with its own keeps what its largest page
    needed, eight times 60 MB after eight large rankings. Elsewhere there is no such thing."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


#: of malloc.h
M_ARENA_MAX = -8
