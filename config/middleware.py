import gzip
import re
import secrets

from django.utils.cache import patch_vary_headers

#: Django's GZipMiddleware takes level 6, which costs 85 ms for the 2 MB of a long ranking where
#: this one costs 23, for a third more bytes.
LEVEL = 1
LONGEST_NAME = 100
#: of an answer of the API, in bytes: less fits one packet anyway
WORTH_IT = 1_000
TEXT = re.compile(r"text/|application/(?:[\w.-]+\+)?json\b|application/vnd\.oai\.openapi\b")
GZIP = re.compile(r"(?:^|,)\s*(gzip|x-gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?(?=,|$)", re.I)


class Compress:
    """Compress pages, their fragments and the API's answers.

    An ETag becomes a weak one (RFC 9110, 8.8.1: two encodings aren't the same bytes);
    `products.api.conditions` takes it back as it takes the strong one.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not is_worth_it(response):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if takes_gzip(request.headers.get("Accept-Encoding", "")):
            response.content = compressed(response.content)
            response["Content-Encoding"] = "gzip"
            response["Content-Length"] = str(len(response.content))
            if response.get("ETag", "").startswith('"'):
                response["ETag"] = f"W/{response['ETag']}"
        return response


def is_worth_it(response):
    kind = response.get("Content-Type", "")
    if response.streaming or response.has_header("Content-Encoding") or not TEXT.match(kind):
        return False
    return len(response.content) >= (1 if kind.startswith("text/html") else WORTH_IT)


def takes_gzip(header):
    """Whether an Accept-Encoding allows gzip: by its name or, where that isn't there, by `*`."""
    found = {name.lower(): float(q or 1) for name, q in GZIP.findall(header)}
    return found.get("gzip", found.get("x-gzip", found.get("*", 0))) > 0


def compressed(content):
    """gzip, with a file name of random length in its header.

    Else: who sees the lengths of many answers, and can put guesses into them, reads what else
    they hold (BREACH). Django's own middleware does the same; our CSRF tokens are masked too.
    """
    packed = gzip.compress(content, LEVEL, mtime=0)
    name = secrets.token_urlsafe(LONGEST_NAME)[: secrets.randbelow(LONGEST_NAME)].encode()
    with_a_name = bytes([8])
    return packed[:3] + with_a_name + packed[4:10] + name + b"\0" + packed[10:]
