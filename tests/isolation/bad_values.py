"""What nobody means to type, by the kind of field that it is typed into; the same for a seed."""

import random
from functools import cache

SCRIPTS = [
    "<script>window.__ran=1</script>",
    '"><img src=x onerror=window.__ran=1>',
    "' onfocus=window.__ran=1 autofocus='",
    "[a](javascript:window.__ran=1)",
    "{{ 7|add:7 }}{% debug %}",
    "</textarea></title></style><svg onload=window.__ran=1>",
]
TEXTS = [
    *SCRIPTS,
    "", " ", "\t", "\r\n", "\0", "a\0b", "\ud800", "\udfff\ud800", "\ufffe", "\u202eabc", "\u200b",
    "é", "e\u0301" * 50, "Z" + "\u0300" * 300, "𝔘" * 60, "👩‍👩‍👧" * 30, "ß" * 201, "İ" * 201,
    "x" * 101, "x" * 201, "x" * 10_001, "x" * 100_001, "%", "%s%n", "\\", "'; DROP TABLE x; --",
    "=1+1", "＝1+1", "null", "None", "undefined", "true", "[]", "{}",
    "..%2f..\\etc/passwd", "${7*7}",
    "a\nb\nc", "\x1b[31m", "\x7f", "A" * 40 + ",", ",,,", ";|;",
]  # fmt: skip
NUMBERS = [
    "NaN", "nan", "sNaN", "Infinity", "-inf", "1e400", "-1e400", "1e-400", "9" * 400,
    "-" + "9" * 30, str(2**31), str(2**63), str(2**64), str(-(2**63) - 1), "-0", "0", "-1", "0.1",
    "1.5", ".5", "5.", "1,5", "1,000", "1 000", "1_000", "0x1f", "0b1", "1e3", "١٢٣", "½", "²",
    "+5", "--5", "5-", "−5", "1e", "e1", "", " 7 ", "7\0", "true", "null", "[]", "{}", "<b>1</b>",
]  # fmt: skip
DATES = [
    "2026-02-30", "2026-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "-1-01-01",
    "2026-11-02T25:00", "2026-11-02T10:00:00+99:99", "02/11/2026", "20261102", "2026-W45", "now",
    "1e9", "-62135596801", "infinity", "2026-11-02\0", "٢٠٢٦-١١-٠٢", "2026-11-02 24:00:00", "",
    "2026-1-1", "2026-11-31", "1900-02-29", "epoch", "today", "2026-11-02Z", "2026-11-02T",
]  # fmt: skip
EMAILS = [
    "a", "@", "a@", "@b", "a@b", "a@b@c", "a b@example.org", "a@example.org\nBcc: x@example.org",
    "a@example.org\0", "a@" + "b" * 300 + ".org", "a" * 300 + "@example.org", "ä@exämple.org",
    '"a@b"@example.org', "a@[127.0.0.1]", "a@[IPv6:::1]", "<a@example.org>",
    "a@example.org,b@x.org",
    "a@xn--0.org", "a@.org", "a@example..org", "A@EXAMPLE.ORG ", "mailto:a@example.org",
]  # fmt: skip
ADDRESSES = [
    "javascript:window.__ran=1", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>",
    "vbscript:x", "//evil.example", "http://", "http://[", "http://[::1", "http://a:99999/",
    "http://a:b@c/", "http://" + "a" * 600 + ".org", "ftp://x", "http://exa mple.org", "http:///x",
    "https://example.org/\0", "https://example.org/\r\nX: y", "http://0x7f.1/", "http://١٢٧.٠.٠.١/",
    "https://example.org/%zz", "https://xn--/", "\\\\evil\\x", "file:///etc/passwd", "x", "https:x",
]  # fmt: skip
IDS = ["0", "-1", str(2**63), "9" * 40, "x", "1.0", "1e3", "", "null", "true", "[]", "%00", "1\0",
       "١", "0x1", " 1", "1 OR 1=1", "00001", "../1", "NaN"]  # fmt: skip
CHOICES = ["", "x", "ENUM", "idea ", "IDEA", "0", "null", "true", "[]", "{}", "\0", "é", "x" * 300]
TAGS = ["x" * 41, "a,b", ",", ", ,", "a\0", "\ud800", ",".join(map(str, range(30))), *SCRIPTS, "="]
FLAGS = ["on", "off", "1", "0", "true", "True", "yes", "", "\0", "x" * 300, "[]", "null"]
#: what JSON holds beside texts, in the place of any value
OTHERS = [None, True, False, 0, -1, 1.5, 10**400, -(10**30), 2**63, [], {}, [[]], [None], {"a": 1},
          {"": ""}, ["x"] * 1_000, "", "x", [1, [2, [3]]], {"value": {"value": {}}}]  # fmt: skip

BY_KIND = {
    "text": TEXTS,
    "number": NUMBERS,
    "date": DATES,
    "e-mail": EMAILS,
    "URL": ADDRESSES,
    "id": IDS,
    "choice": CHOICES,
    "tags": TAGS,
    "flag": FLAGS,
}
ALPHABET = "".join(dict.fromkeys("".join(TEXTS + NUMBERS + DATES + EMAILS + ADDRESSES)))


@cache
def bad_values(kind, count, *, seed=1):
    """So many different ones: those written here, then such as nobody wrote, made of them."""
    chance = random.Random(f"{seed} {kind}")
    found = dict.fromkeys(BY_KIND[kind])
    while len(found) < count:
        found.setdefault(_made(chance, kind))
    values = list(found)
    chance.shuffle(values)
    return values[:count]


def _made(chance, kind):
    """One of the kind's with something put in, taken out or said twice."""
    text = chance.choice(BY_KIND[kind])[:400]
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(text))
        strange = "".join(chance.choices(ALPHABET, k=chance.randint(1, 4)))
        text = chance.choice(
            [text[:at] + strange + text[at:], text[at:], text[:at] + text, strange + text[:at]]
        )
    return text
