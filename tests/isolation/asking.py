"""What may be asked of each URL: requests that its owner would make, found out by looking.

A page is asked, and what it reads is noted: its forms and their fields, its serializers, the names
that it looks up in the query. Links and forms in the HTML tell more. So a field or parameter that
is new is tried without a word here.
"""

import datetime
import json
import re
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from django import forms
from django.db import transaction
from django.urls import Resolver404, resolve
from rest_framework import serializers

from products.roles import Role
from tests.crawling import urls
from tests.isolation.kinds import kind_of
from tests.isolation.requests import Ask, found_in
from tests.isolation.watching import watch_reading

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
PAGE_METHODS = ("GET", "POST")
API_METHODS = ("GET", *UNSAFE)
#: They end what a session or the whole site is; each has tests of its own.
LEFT_OUT = {"account_logout", "admin:logout"}
#: parameters in which somebody searches
SEARCHED = {"q", "search", "text", "term", "tag", "a", "b"}
#: names that no client may set, tried in every body
READ_ONLY = {
    "rater": "user", "rater_id": "user", "author": "user", "created_by": "user",
    "updated_by": "user", "user": "user", "user_id": "user", "accepted_by": "user",
    "product": "key", "product_id": "product", "id": "row", "pk": "row", "number": "number",
    "is_staff": "yes", "is_superuser": "yes", "role": "owner", "all": "yes",
}  # fmt: skip


class Asks:
    """Every URL with each method, as the owner of the first product would ask it."""

    def __init__(self, world, *, thorough=True):
        self.world, self._owner, self._thorough = world, world.actors["owner"], thorough
        self._links, self._forms = {}, {}
        self.accepted, self.refused = set(), {}
        #: (URL's name, field's) → of which kind it is
        self.kinds = {}

    def all(self):
        """A list of Asks: of each URL and method the plain one, and those that say more."""
        ours = [u for u in urls() if not u.route.startswith("admin/") and u.name not in LEFT_OUT]
        plain = [
            (url, method, path)
            for url in ours
            for method in (API_METHODS if url.is_api else PAGE_METHODS)
            for path in self._paths(url)
        ]
        for url, method, path in plain:
            if method == "GET" and not url.is_api:
                self._gather(self._sent(Ask(url.name, method, path))[0])
        found = {}
        for url, method, path in plain:
            for ask in self._grown(url, method, path):
                found.setdefault(str(ask), ask)
        return list(found.values())

    def _paths(self, url):
        """The URL of the owner's rows, and of the contributor's."""
        made = [self._filled(url, 0)]
        return list(dict.fromkeys([*made, self._filled(url, 1)]))

    def _filled(self, url, which):
        rows = self.world.own.rows

        def fill(match):
            word, kwarg = match[1] or "", match[3]
            known = {
                "key": self.world.own.key if "p/" in word or "products/" in word else "invalid",
                "number": self.world.own_numbers[which],
                "text": "unknown",
                "name": "not-found",
                "uidb36": "1",
                "provider_id": "oidc",
                "token": "unknown",
            }
            if kwarg in known:
                return f"{word}{known[kwarg]}"
            kind = url.name if url.name in rows else word.rstrip("/")
            assert kind in rows, f"say in sides.py which rows {url.route} is of"
            return f"{word}{rows[kind][min(which, len(rows[kind]) - 1)].pk}"

        return "/" + re.sub(r"([^/]*/)?<(?:(\w+):)?(\w+)>", fill, url.route)

    def _sent(self, ask):
        """(answer, its text, what it read), taken back."""
        client = self._owner.client
        kept = client.cookies.copy()
        with transaction.atomic(), watch_reading() as read:
            answer = ask.send(client)
            text = answer.getvalue().decode(errors="replace")
            transaction.set_rollback(True)
        client.cookies = kept
        answer.said = text
        return answer, read

    def _gather(self, answer):
        if not answer.get("Content-Type", "").startswith("text/html"):
            return
        here = answer.request["PATH_INFO"]
        page = found_in(answer.said)
        for link in page.links:
            self._keep(self._links, link, here, parse_qsl(urlsplit(link).query, True))
        for form in page.forms:
            kept = self._forms if form["method"] == "POST" else self._links
            self._keep(kept, form["action"], here, form["fields"])

    @staticmethod
    def _keep(kept, target, here, pairs):
        path = urlsplit(target).path or here
        if not path.startswith("/") or not pairs:
            return
        try:
            resolve(path)
        except Resolver404:
            return
        pairs = tuple((name, value) for name, value in pairs)
        known = kept.setdefault(path, {})
        known.setdefault(tuple(sorted({name for name, _ in pairs})), pairs)

    def _grown(self, url, method, path):
        """The plain request, and those with all that the view was seen to read."""
        plain = Ask(url.name, method, path, self._product_in_query(url), is_main=True)
        self._at = url.name
        answer, read = self._sent(plain)
        yield plain
        if answer.status_code in (404, 405):
            return
        if method == "GET":
            yield from self._with_query(plain, url, read)
        elif url.is_api:
            yield from self._with_json(plain)
        else:
            yield from self._with_form(plain)

    def _note(self, ask, answer):
        at = ask.url, ask.method
        if answer.status_code < 400:
            self.accepted.add(at)
        else:
            self.refused[at] = answer.status_code, str(ask), answer.said[-300:]

    def _product_in_query(self, url):
        listed = url.is_api and url.of_a_product and "<" not in url.route
        names = sorted(url.view.query_names) if listed else []
        return tuple((name, self._text(name)) for name in names)

    def _with_query(self, plain, url, read):
        names = set(read.names)
        if url.is_api:
            asked = getattr(url.view, "query_serializer", None)
            names = {*getattr(url.view, "query_names", ()), *(asked().fields if asked else ())}
            names |= read.names if not asked else set()
        given = dict(plain.query)
        everything = {name: self._text(name) for name in sorted(names)}
        yield replace(plain, query=tuple((everything | given).items()))
        for pairs in self._links.get(plain.path, {}).values():
            yield replace(plain, query=pairs, is_main=False)
        for name in sorted(names):
            for value in self._texts(name):
                query = tuple((given | {name: value}).items())
                yield replace(plain, query=query, is_main=False)

    def _with_form(self, plain):
        """What is sent grows by what the view is seen to look for, until it looks for no more."""
        ask, known = replace(plain, body=(("nothing", "1"),)), set()
        for _ in range(4):
            answer, read = self._sent(ask)
            self._note(ask, answer)
            pairs = tuple(
                (form.add_prefix(name), value)
                for form in read.forms
                for name, field in form.fields.items()
                for value in self._field_values(form, name, field)
            )
            yield ask
            if not {*read.names, *dict(pairs)} - known:
                break
            known |= {*read.names, *dict(pairs)}
            fields = {form.add_prefix(name) for form in read.forms for name in form.fields}
            names = known - fields - {name for name in known if name.startswith("choose-")}
            ask = replace(plain, body=pairs + self._pairs(names))
        if pairs:
            yield replace(plain, body=pairs)
        for body in self._made_by_scripts(plain):
            ask = replace(plain, body=body)
            self._note(ask, self._sent(ask)[0])
            yield ask
        for path, found in self._forms.items():
            if path.startswith(plain.path) or plain.path.startswith(path.rstrip("/") + "/"):
                for body in found.values():
                    ask = replace(plain, body=body, is_main=path == plain.path)
                    self._note(ask, self._sent(ask)[0])
                    yield ask

    def _made_by_scripts(self, plain):
        """What no field of a form says: a sheet, and the cells of a grid."""
        own = self.world.own.rows
        persona, requirement = own["personas"][1], own["requirements"][0]
        if plain.url == "import":
            sheet = (
                f"external_id,title,rating:{persona.name}\n"
                f"{requirement.external_id},{requirement.title},4\n"
            )
            yield (("text", sheet), ("basis", "seen"))
            yield (("text", sheet), ("basis", "seen"), ("preview", "yes"))
        if plain.url in ("rate", "rate_cells", "start"):
            yield ((f"c.{requirement.pk}.{persona.pk}.0.", "4"), ("basis", "seen"))

    def _pairs(self, names):
        return tuple((name, self._text(name)) for name in sorted(names))

    def _field_values(self, form, name, field):
        """What one would type into a form's field; what is there already where something is."""
        self.kinds[self._at, form.add_prefix(name)] = kind_of(name, field)
        value = field.prepare_value(form.get_initial_for_field(field, name))
        if name in ("name", "title") and value:
            value = f"{value} new"
        if isinstance(value, list | tuple):
            return [str(one) for one in value]
        if isinstance(value, bool):
            return ["on"] if value else []
        if value not in (None, ""):
            return [str(value)]
        if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
            return [str(one) for one, _ in list(field.choices)[:1]]
        if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
            return [str(one) for one, _ in list(field.choices) if str(one)][:1]
        if isinstance(field, forms.DateField | forms.DateTimeField):
            return [str(datetime.date(2026, 11, 2))]
        if isinstance(field, forms.EmailField):
            return ["new@example.org"]
        if isinstance(field, forms.URLField):
            return ["https://example.org/new"]
        if isinstance(field, forms.IntegerField | forms.FloatField):
            return ["1"]
        if isinstance(field, forms.BooleanField):
            return ["on"]
        return [self._text(name)]

    def _texts(self, name):
        """What is worth asking of a parameter: a word that both products have, and our own."""
        own, title = self._text(name), self.world.own.rows["requirements"][0].title
        if not self._thorough:
            return ["kept"] if name in SEARCHED else [own]
        words = ["Swap", "Nurse", "kept", title] if own == "1" or name in SEARCHED else []
        return dict.fromkeys([own, *words])

    def _text(self, name):
        own = self.world.own
        pk = {kind: str(rows[0].pk) for kind, rows in own.rows.items()}
        number = str(self.world.own_numbers[0])
        known = {
            "product": own.key, "key": own.key, "persona": pk["personas"],
            "personas": pk["personas"], "requirement": pk["requirements"], "number": number,
            "row": f"{number}.1", "scenario": pk["scenarios"], "show": pk["scenarios"],
            "a": number, "b": str(self.world.own_numbers[1]), "comment": pk["comments"],
            "person": str(own.people[Role.OWNER].pk), "tag": "keptatag",
            "email": "new@example.org",
            "version": "1", "date": "2026-11-02", "since": "2026-11-02", "until": "2026-11-02",
            "days": "7", "titles": "A new one", "users": "A nurse", "text": "A new one",
            "next": f"/p/{own.key}/",
            "limit": "10", "user": str(own.people[Role.OWNER].pk),
        }  # fmt: skip
        return known.get(name, "1")

    # What follows makes the bodies of the API.

    def _with_json(self, plain):
        if plain.method == "DELETE":
            self._note(plain, self._sent(plain)[0])
            return
        for probe in ({}, [{}]):
            ask = replace(plain, body=probe)
            answer, read = self._sent(ask)
            self._note(ask, answer)
            yield replace(ask, is_main=False)
            for one in read.serializers[:1]:
                ask = replace(plain, body=self._json_of(one, self._example(plain)))
                if plain.method == "POST" and isinstance(ask.body, dict):
                    ask = replace(ask, body=ask.body | self._new(ask.body))
                self._note(ask, self._sent(ask)[0])
                yield ask

    @staticmethod
    def _new(body):
        """What no two rows may have alike, for a new one."""
        named = {name: f"{body[name]} new" for name in ("name", "external_id") if name in body}
        fresh = {"email": "new@example.org", "key": "NEWKEY"}
        return named | {name: value for name, value in fresh.items() if name in body}

    def _example(self, plain):
        """The row as the API shows it, or the first of the list."""
        answer = self._sent(replace(plain, method="GET", body=None))[0]
        try:
            found = json.loads(answer.said)
        except ValueError:
            return {}
        if isinstance(found, dict) and found.get("results"):
            found = found["results"][0]
        return found if isinstance(found, dict) else {}

    def _json_of(self, field, example):
        if isinstance(field, serializers.ListSerializer | serializers.ListField):
            return [self._json_of(field.child, example)]
        if isinstance(field, serializers.Serializer):
            return {
                name: self._leaf(name, inner, example)
                for name, inner in field.fields.items()
                if not inner.read_only and (not example or example.get(name) is not None)
            }
        return self._leaf(field.field_name or "", field, {})

    def _leaf(self, name, field, example):
        self.kinds[self._at, name] = kind_of(name, field)
        if name in example and example[name] not in (None, "", []):
            return example[name]
        if isinstance(field, serializers.BaseSerializer | serializers.ListField):
            return self._json_of(field, {})
        if isinstance(field, serializers.ChoiceField):
            return next(iter(field.choices))
        if isinstance(field, serializers.BooleanField):
            return True
        if isinstance(field, serializers.DateField | serializers.DateTimeField):
            return "2026-11-02"
        if isinstance(field, serializers.EmailField):
            return "new@example.org"
        if isinstance(field, serializers.URLField):
            return "https://example.org/new"
        text = self._text(name)
        is_number = isinstance(field, serializers.IntegerField | serializers.FloatField)
        related = isinstance(field, serializers.PrimaryKeyRelatedField)
        if (is_number or related) and text.isdigit():
            return int(text)
        return "New" if text == "1" else text
