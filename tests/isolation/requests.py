"""One request to be asked, and those that a page of HTML offers."""

import json
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from urllib.parse import urlencode

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Ask:
    """One request. `query` and a form's `body` are pairs, an API's body what JSON holds."""

    url: str
    method: str
    path: str
    query: tuple = ()
    body: object = None
    headers: tuple = ()
    is_main: bool = False
    """Whether everybody tries it: it is plain, or says all that can be said."""

    @property
    def is_api(self):
        return self.path.startswith("/api/")

    @property
    def address(self):
        return self.path + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def payload(self):
        if self.body is None:
            return ""
        if self.is_api:
            return json.dumps(self.body)
        return urlencode(self.body, encoding="utf-8", errors="surrogatepass")

    @property
    def rest(self):
        """All that is sent beside the path, as one text."""
        return json.dumps([self.query, self.body])

    def with_rest(self, text):
        query, body = json.loads(text)
        body = body if self.is_api or body is None else tuple(map(tuple, body))
        return replace(self, query=tuple(map(tuple, query)), body=body)

    def send(self, client):
        headers = {"If-Match": "*"} | dict(self.headers) if self.is_api else dict(self.headers)
        kind = JSON if self.is_api else FORM
        return client.generic(self.method, self.address, self.payload, kind, headers=headers)

    def __str__(self):
        headers = f" {dict(self.headers)}" if self.headers else ""
        return f"{self.method} {self.address} {self.payload[:300]}{headers}"


class _Found(HTMLParser):
    """Every link of a page, and every form with what it would send."""

    def __init__(self):
        super().__init__()
        self.links, self.forms, self._open = [], [], None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        for name in ("href", "hx-get", "data-live", "data-url", "hx-post"):
            if given.get(name):
                self.links.append(given[name])
        if tag == "form":
            method = "POST" if given.get("hx-post") else (given.get("method") or "GET").upper()
            action = given.get("hx-post") or given.get("hx-get") or given.get("action") or ""
            self._open = {"method": method, "action": action, "fields": []}
            self.forms.append(self._open)
        fields = self._open["fields"] if self._open else []
        if tag in ("input", "textarea", "button", "select") and given.get("name"):
            chosen = given.get("type") not in ("checkbox", "radio") or "checked" in given
            if chosen and given["name"] != "csrfmiddlewaretoken":
                fields.append([given["name"], given.get("value") or ""])
        if tag == "option" and "selected" in given and fields:
            fields[-1][1] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "form":
            self._open = None


def found_in(html):
    parser = _Found()
    parser.feed(html)
    return parser
