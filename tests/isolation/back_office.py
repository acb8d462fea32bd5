"""What is asked of the back office: each URL of it, for rows that are there and one that isn't."""

import re

from django.apps import apps
from django.contrib.contenttypes.models import ContentType

from tests.crawling import urls

QUERIES = ["", "?q=swap&_popup=1"]
ACTIONS = ["delete_selected", "deactivate", "revoke", "export_admin_action"]
NOBODYS_ID = 10**9
#: (model, its field) of which the names are offered while one types
OFFERED = [
    ("products", "requirement", "product"),
    ("prioritisation", "rating", "persona"),
    ("products", "membership", "user"),
]


def paths_of(url):
    """Of an admin URL, for each row that it can be of."""
    route = url.route.replace("^", "").rstrip("$")
    if "(?P<app_label>" in route:
        labels = re.search(r"\(\?P<app_label>([^)]*)\)", route)
        return [route.replace(labels[0], label) for label in labels[1].split("|")]
    if "(?P<url>" in route:
        return ["admin/nowhere/"]
    if "content_type_id" in route:
        return [
            f"admin/r/{ContentType.objects.get_for_model(model).pk}/{model.objects.first().pk}/"
            for model in map(apps.get_model, ("products.Product", "products.Requirement"))
        ]
    if "<" not in route:
        return [route]
    label, name = re.fullmatch(r"admin/([a-z]+)/([a-z]+)/.*", route).groups()
    rows = apps.get_model(label, name)._base_manager
    pks = [rows.values_list("pk", flat=True).first() or 1, NOBODYS_ID]
    return [re.sub(r"<[^>]*>", str(pk), route) for pk in pks]


#: Signed out, the rest would be asked by nobody.
ADMIN_URLS = [
    url for url in urls() if url.route.startswith("admin/") and url.name != "admin:logout"
]


def requests():
    """(URL's name, method, path with its query, fields)."""
    for url in ADMIN_URLS:
        for path in paths_of(url):
            for query in QUERIES:
                yield url.name, "GET", f"/{path}{query}", {}
            fields = {"post": "yes", "name": "x", "title": "x", "value": 1}
            yield url.name, "POST", f"/{path}", fields
            if path.count("/") == 3:
                for action in ACTIONS:
                    fields = {"action": action, "_selected_action": [1, 2, 3], "post": "yes"}
                    yield url.name, "POST", f"/{path}", fields
    for label, name, field in OFFERED:
        query = f"app_label={label}&model_name={name}&field_name={field}&term=o"
        yield "admin:autocomplete", "GET", f"/admin/autocomplete/?{query}", {}
