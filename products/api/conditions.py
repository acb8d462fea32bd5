"""If-Match and If-None-Match (RFC 9110, section 13), and the versions that they name."""

import re

from rest_framework.exceptions import ValidationError

from products.api.problems import VersionRequired
from products.versions import StaleVersion

ONE = re.compile(r'\s*(?:(?:W/)?"([^"]*)"|([0-9]{1,9}))\s*(?:,|\Z)')
#: what Apache, Caddy and Jetty put at the end of the ETag of an answer that they compress
COMPRESSED = re.compile(r"--?(?:gzip|br|zstd|deflate)\Z")


class Tags:
    """The ETags of one header; `tag in tags` holds for every tag where the header is `*`.

    Weak ones match, in If-Match too, where RFC 9110 asks for strong ones: a proxy that compresses
    answers turns our "5" into W/"5", and what its client sends back still names version 5. Two
    rows never share a version's number by being alike: it is counted, not computed.
    """

    def __init__(self, name, header):
        self.any = header.strip() == "*"
        self._tags = set() if self.any else set(_read(name, header))

    def __contains__(self, tag):
        return self.any or tag in self._tags


def _read(name, header):
    at = 0
    while at < len(header) or not at:
        found = ONE.match(header, at)
        if not found:
            raise ValidationError({name: 'Send the ETag you read, such as "3".'})
        yield COMPRESSED.sub("", found[1] if found[2] is None else found[2])
        at = found.end()


def tags_in(request, name):
    """The Tags of the header `name`, or None without it."""
    header = request.headers.get(name)
    return None if header is None else Tags(name, header)


def check_version(request, row):
    """Whether any version of the row will do. 428 without If-Match, 412 if it isn't the row's."""
    wanted, unwanted = tags_in(request, "If-Match"), tags_in(request, "If-None-Match")
    if wanted is None:
        raise VersionRequired
    version = str(row.version)
    if version not in wanted or (unwanted is not None and version in unwanted):
        raise StaleVersion(row)
    return wanted.any
