"""Asks every URL as everybody, and reports what it should not have told or done."""

import random
import re
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode

from django.db import IntegrityError, connection, transaction

from tests.isolation import back_office
from tests.isolation.asking import READ_ONLY, UNSAFE, Asks
from tests.isolation.judging import findings, lasting
from tests.isolation.requests import Ask
from tests.isolation.watching import rows_changed, watch_rows
from tests.isolation.world import World

ODD = ["0", "-1", str(10**30), "9" * 18, "x", "%00", "٣"]


@dataclass
class Report:
    """What a crawl found; `wrong` is a list of sentences."""

    asked: int = 0
    seconds: float = 0
    by_actor: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    patterns: set = field(default_factory=set)
    shown: int = 0
    """Answers that showed somebody what is their own: the control that there is something."""
    wrong: list = field(default_factory=list)


class Crawl:
    def __init__(self, *, thorough=False, world=None):
        self.world = world or World()
        if world is None:
            watch_rows()
        self.asks = Asks(self.world, thorough=thorough)
        self.plain = self.asks.all()

    def run(self, attempts, *, until=None):
        """Send what `attempts` yields, (actor, ask) or (actor, ask, missing): an `ask` about
        what is foreign must be answered as the same about what is `missing`. Ends early once
        something is found that the pattern `until` is in."""
        report, began = Report(), time.monotonic()
        for name, ask, *missing in attempts:
            actor = self.world.actors[name]
            report.asked += 1
            report.by_actor[name] += 1
            report.patterns.add(ask.url)
            answer, text, wrong = self.send(actor, ask)
            report.statuses[answer.status_code] += 1
            report.shown += "kepta" in text
            if missing and not wrong:
                wrong = self._differs(actor, ask, answer, text, missing[0])
            report.wrong += [f"{name}: {ask.method} {ask.url}: {one} | {ask}" for one in wrong]
            if until and any(re.search(until, one) for one in report.wrong):
                break
        report.seconds = time.monotonic() - began
        return report

    def send(self, actor, ask):
        client = actor.client
        kept = client.cookies.copy()
        with transaction.atomic():
            answer = ask.send(client)
            text = answer.getvalue().decode(errors="replace")
            changes = rows_changed()
            wrong = _refused_at_commit() if changes else []
            transaction.set_rollback(True)
        client.cookies = kept
        return answer, text, wrong + findings(self.world, actor, ask, answer, text, changes)

    def _differs(self, actor, ask, answer, text, missing):
        other, other_text, _wrong = self.send(actor, missing)
        shown = [self.world.plain_of(lasting(one)) for one in (text, other_text)]
        where = [one.get("Location", "") for one in (answer, other)]
        if answer.status_code != other.status_code:
            return [f"tells that it is there: {answer.status_code}, not {other.status_code}"]
        if shown[0] != shown[1] and not any(where):
            return [f"tells that it is there: {_difference(*shown)}"]
        return []


def _refused_at_commit():
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            # A savepoint that is released leaves them so for the requests that follow.
            transaction.set_rollback(True)
    except IntegrityError as error:
        return [f"fails at COMMIT: {error}"]
    return []


def _difference(one, other):
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(0, at - 40) : at + 60]!r}, not {other[max(0, at - 40) : at + 60]!r}"


BACK_OFFICE = (
    "anonymous",
    "owner",
    "staff who may nothing",
    "staff who may view",
    "staff who may change",
)
#: who tries what not everybody needs to: may do all, may do a little, may do nothing
STRONGEST = ("owner", "contributor", "stranger")


class Attempts:
    """Of the crawl's requests, what everybody tries: all of it or, by a seed, a share."""

    def __init__(self, crawl, *, share=1.0, seed=1, urls=None):
        self._world, self._share, self._random = crawl.world, share, random.Random(seed)
        self._urls = urls
        self._asks = [one for one in crawl.plain if urls is None or one.url in urls]

    def __iter__(self):
        """The first of each URL, method and kind of attempt, and of the others the share."""
        for kind in (
            self.of_own_product,
            self.of_foreign_product,
            self.of_foreign_or_missing,
            self.with_foreign_words,
            self.with_read_only_fields,
            self.with_odd_ids,
            self.of_the_back_office,
        ):
            tried = set()
            for one in kind():
                at = one[1].url, one[1].method
                if at not in tried or self._random.random() < self._share:
                    tried.add(at)
                    yield one

    def _who(self, ask):
        names = list(self._world.actors if ask.is_main else STRONGEST)
        return self._random.sample(names, len(names))

    def of_own_product(self):
        """Everybody asks what the owner may ask."""
        for ask in self._asks:
            for name in self._who(ask):
                yield name, ask

    def of_foreign_product(self):
        """Everybody asks the same of the second product, where nobody is a member."""
        for ask in self._asks:
            there = self._of(ask, self._world.foreign_of)
            if there != ask:
                for name in self._who(ask):
                    yield name, there

    def of_foreign_or_missing(self):
        for ask in self._asks:
            there = self._of(ask, self._world.foreign_of)
            if there != ask:
                yield "owner", there, self._of(ask, self._world.missing_of)

    @staticmethod
    def _of(ask, named):
        return replace(ask.with_rest(named(ask.rest)), path=named(ask.path))

    def with_foreign_words(self):
        """Members name what is foreign in one place of a request that is their own."""
        foreign, missing = self._world.foreign_of, self._world.missing_of
        for ask in self._asks:
            for token in self._world.tokens(ask.path):
                there, none = (
                    replace(ask, path=named(ask.path, only=token)) for named in (foreign, missing)
                )
                yield "owner", there, none
                yield "contributor", there
            tokens = self._world.tokens(ask.rest)
            for token in [*tokens, None] if len(tokens) > 1 else tokens:
                there, none = (
                    ask.with_rest(named(ask.rest, only=token)) for named in (foreign, missing)
                )
                yield "owner", there, none
                yield "contributor", there

    def with_read_only_fields(self):
        for ask in self._asks:
            if not ask.is_main or ask.method not in UNSAFE or not ask.body:
                continue
            for name, kind in READ_ONLY.items():
                with_field = self._with_field(ask, name, self._world.value(kind))
                yield "contributor", with_field
                yield "owner", with_field

    @staticmethod
    def _with_field(ask, name, value):
        if isinstance(ask.body, dict):
            return replace(ask, body=ask.body | {name: value})
        if isinstance(ask.body, list):
            return replace(ask, body=[one | {name: value} for one in ask.body])
        return replace(ask, body=(*ask.body, (name, str(value))))

    def with_odd_ids(self):
        for ask in self._asks:
            for odd in ODD if ask.is_main else ():
                path = re.sub(r"(?<=/)\d{2,}(?=/)", odd, ask.path)
                if path != ask.path:
                    yield "owner", replace(ask, path=path)

    def of_the_back_office(self):
        """Staff by what they may, and those who are none."""
        for url, method, path, fields in back_office.requests():
            name, _mark, query = path.partition("?")
            body = tuple(parse_qsl(urlencode(fields, True))) if method == "POST" else None
            ask = Ask(url, method, name, tuple(parse_qsl(query)), body)
            if self._urls is None or url in self._urls:
                for actor in BACK_OFFICE:
                    yield actor, ask
