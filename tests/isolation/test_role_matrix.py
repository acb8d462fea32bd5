"""Who may do what, row by row of the table of roles, by page and by API: every cell asked."""

import pytest

from accounts.models import User
from products.models import Requirement
from products.roles import Role
from products.services import add_requirements
from tests import crawling
from tests.crawling import Crawler, client_of

VIEWER, CONTRIBUTOR, MAINTAINER, OWNER = "viewer", "contributor", "maintainer", "owner"
ROLES = (VIEWER, CONTRIBUTOR, MAINTAINER, OWNER)
#: role → who has it in the cast
MEMBERS = {VIEWER: "viewer", CONTRIBUTOR: "contributor", MAINTAINER: "maintainer", OWNER: "alice"}
NO_API = None

POLICY = {
    "end_user_say": 80, "people_exponent": 1.0, "gap_emphasis": 100, "responsiveness": 25,
    "assumed_adoption": 50, "assumed_seats": 10, "reason": "", "version": 1,
}  # fmt: skip
REQUIREMENT = {"title": "Renamed", "status": "idea", "effort": 3, "version": 1}
READING = {"observed_on": "2026-11-05", "installed": 9, "active": 4, "worked_around": 0}
SHEET = "title,rating:Nurse\nFrom a sheet,4\n"


def get(*paths):
    return [("GET", path, {}) for path in paths]


def post(path, **fields):
    return [("POST", path, fields)]


P, A = "/p/ROTA", "/api/v1"
OF_PRODUCT = f"{A}/products/ROTA"
#: (what is done, the least role that may, how by page, how by API); written by hand
TABLE = [
    ("read the ranking", VIEWER, get(f"{P}/", f"{P}/ranking/", f"{P}/ranking.csv"),
     get(f"{OF_PRODUCT}/ranking/", f"{OF_PRODUCT}/ranking.csv")),
    ("read a requirement and why", VIEWER,
     get(f"{P}/requirements/1/", f"{P}/requirements/1/why/", f"{P}/requirements/1/sure/"),
     get(f"{A}/requirements/{{requirement}}/", f"{A}/requirements/{{requirement}}/explanation/")),
    ("read the ratings", VIEWER, get(f"{P}/rate/"),
     get(f"{OF_PRODUCT}/ratings/", f"{A}/ratings/{{rating}}/")),
    ("read the personas and readings", VIEWER, get(f"{P}/personas/"),
     get(f"{A}/personas/?product=ROTA", f"{A}/adoption-readings/?persona={{nurse}}")),
    ("read how it is weighed", VIEWER, get(f"{P}/weighed/", f"{P}/who/"),
     get(f"{OF_PRODUCT}/policy/")),
    ("read the history", VIEWER, get(f"{P}/history/", f"{P}/shipped/"),
     get(f"{OF_PRODUCT}/movement/", f"{A}/requirements/{{requirement}}/history/")),
    ("read the scenarios", VIEWER, get(f"{P}/scenarios/"),
     get(f"{A}/scenarios/?product=ROTA", f"{A}/scenarios/{{scenario}}/ranking/")),
    ("read the members", VIEWER, get(f"{P}/members/"), get(f"{OF_PRODUCT}/members/")),
    ("rate for oneself", CONTRIBUTOR,
     post(f"{P}/requirements/3/rate/", persona="{nurse}", value=2, basis="asked"),
     post(f"{A}/requirements/{{unrated}}/ratings/", persona="{nurse}", value=2)),
    ("rate several for oneself", CONTRIBUTOR,
     post(f"{P}/rate/cells/", **{"c.{unrated}.{nurse}.0.": "2"}),
     [("POST", f"{OF_PRODUCT}/ratings/",
       [{"requirement": "{unrated}", "persona": "{nurse}", "value": 2}])]),
    ("record a reading", CONTRIBUTOR, post(f"{P}/personas/{{nurse}}/readings/", **READING),
     post(f"{A}/adoption-readings/", persona="{nurse}", **READING)),
    ("comment", CONTRIBUTOR, post(f"{P}/requirements/1/comments/", text="Yes"), NO_API),
    ("keep a scenario", CONTRIBUTOR,
     post(f"{P}/scenarios/new/", name="Otherwise", **POLICY),
     post(f"{A}/scenarios/?product=ROTA", name="Otherwise")),
    ("add a requirement", CONTRIBUTOR,
     post(f"{P}/requirements/new/", title="New", status="idea"),
     post(f"{A}/requirements/?product=ROTA", title="New")),
    ("change the requirement that one added", CONTRIBUTOR,
     post(f"{P}/requirements/4/edit/", **REQUIREMENT),
     [("PATCH", f"{A}/requirements/{{own}}/", {"title": "Renamed"})]),
    ("delete the requirement that one added", CONTRIBUTOR,
     post(f"{P}/requirements/4/delete/"), [("DELETE", f"{A}/requirements/{{own}}/", {})]),
    ("add a persona", MAINTAINER, post(f"{P}/personas/new/", name="Doctor", kind="end_user"),
     post(f"{A}/personas/?product=ROTA", name="Doctor", kind="end_user")),
    ("change a persona", MAINTAINER,
     post(f"{P}/personas/{{nurse}}/", name="Nurses", kind="end_user", importance=1, version=1),
     [("PATCH", f"{A}/personas/{{nurse}}/", {"name": "Nurses"})]),
    ("delete a persona", MAINTAINER, post(f"{P}/personas/{{nurse}}/delete/"),
     [("DELETE", f"{A}/personas/{{nurse}}/", {})]),
    ("change the policy", MAINTAINER, post(f"{P}/weighed/", **POLICY),
     [("PATCH", f"{OF_PRODUCT}/policy/", {"end_user_say": 0.8})]),
    ("say what must be done", MAINTAINER,
     post(f"{P}/bulk/", row="1.{version}", what="must_do", must_reason="law"),
     [("PATCH", f"{A}/requirements/{{requirement}}/", {"must_reason": "law"})]),
    ("say so of what one added oneself", MAINTAINER,
     post(f"{P}/bulk/", row="4.1", what="must_do", must_reason="law"),
     [("PATCH", f"{A}/requirements/{{own}}/", {"must_reason": "law"})]),
    ("change any requirement", MAINTAINER,
     post(f"{P}/requirements/1/edit/", **REQUIREMENT | {"version": "{version}"}),
     [("PATCH", f"{A}/requirements/{{requirement}}/", {"title": "Renamed"})]),
    ("decide about any requirement", MAINTAINER,
     post(f"{P}/requirements/1/decide/", status="declined", decision="No", version="{version}"),
     [("PATCH", f"{A}/requirements/{{requirement}}/", {"status": "declined", "decision": "No"})]),
    ("change several requirements", MAINTAINER,
     post(f"{P}/bulk/", row="1.{version}", what="effort", effort="2"), NO_API),
    ("delete any requirement", MAINTAINER, post(f"{P}/requirements/1/delete/"),
     [("DELETE", f"{A}/requirements/{{requirement}}/", {})]),
    ("estimate", MAINTAINER, post(f"{P}/estimate/", number=1, effort=2, version="{version}"),
     [("PATCH", f"{A}/requirements/{{requirement}}/", {"effort": 2})]),
    ("import", MAINTAINER, post(f"{P}/import/", text=SHEET, basis="seen", from_scale=""), NO_API),
    ("withdraw another's rating", MAINTAINER,
     post(f"{P}/requirements/1/ratings/{{rating}}/withdraw/"),
     [("DELETE", f"{A}/ratings/{{rating}}/", {})]),
    ("change another's rating", MAINTAINER, NO_API,
     [("PATCH", f"{A}/ratings/{{rating}}/", {"value": 0})]),
    ("record a source's rating", MAINTAINER, NO_API,
     post(f"{A}/requirements/{{unrated}}/ratings/", persona="{nurse}", value=2, source="Survey")),
    ("correct another's reading", MAINTAINER,
     post(f"{P}/personas/{{nurse}}/readings/", **READING | {"observed_on": "2026-11-01"}),
     [("PATCH", f"{A}/adoption-readings/{{reading}}/", {"active": 4})]),
    ("delete another's comment", MAINTAINER,
     post(f"{P}/requirements/1/comments/{{comment}}/delete/"), NO_API),
    ("change another's scenario", MAINTAINER,
     post(f"{P}/scenarios/{{scenario}}/", name="Otherwise", **POLICY),
     [("PATCH", f"{A}/scenarios/{{scenario}}/", {"name": "Otherwise"})]),
    ("apply a scenario", MAINTAINER, post(f"{P}/scenarios/{{scenario}}/apply/", version=1),
     [("POST", f"{A}/scenarios/{{scenario}}/apply/", {})]),
    ("read the log", MAINTAINER, get(f"{P}/log/", f"{P}/log.csv"),
     get(f"{OF_PRODUCT}/log/", f"{OF_PRODUCT}/log.csv")),
    ("change the product", MAINTAINER,
     post(f"{P}/edit/", name="Rota 2", effort_unit="days", version=1),
     [("PATCH", f"{OF_PRODUCT}/", {"name": "Rota 2"})]),
    ("change a member's role", OWNER,
     post(f"{P}/members/{{member}}/", role=2, version=1),
     [("PATCH", f"{OF_PRODUCT}/members/{{member}}/", {"role": "contributor"})]),
    ("remove a member", OWNER, post(f"{P}/members/{{member}}/remove/"),
     [("DELETE", f"{OF_PRODUCT}/members/{{member}}/", {})]),
    ("invite", OWNER, post(f"{P}/members/", role=1, email="", days=7),
     post(f"{OF_PRODUCT}/invitations/", role="viewer")),
    ("revoke an invitation", OWNER, post(f"{P}/invitations/{{invitation}}/revoke/"),
     [("DELETE", f"{OF_PRODUCT}/invitations/{{invitation}}/", {})]),
    ("read the invitations", OWNER, NO_API, get(f"{OF_PRODUCT}/invitations/")),
    ("read the product's tokens", OWNER, get(f"{P}/tokens/"), NO_API),
    ("revoke a token of the product", OWNER, post(f"{P}/tokens/{{token}}/revoke/"), NO_API),
    ("delete the product", OWNER, post(f"{P}/delete/", key="ROTA"),
     [("DELETE", f"{OF_PRODUCT}/", {})]),
]  # fmt: skip
#: told beside the form of a day that somebody else has recorded
REFUSED_BY_A_FORM = {"correct another's reading"}
EVERYBODY = (*ROLES, "stranger", "anonymous")


@pytest.fixture
def crawler(db):
    """Alice's product; its requirement 4 is the contributor's, all else is hers."""
    product = crawling.cast()
    contributor = User.objects.get(username="contributor")
    add_requirements(product=product, by=contributor, requirements=[Requirement(title="Mine")])
    return Crawler(product)


def ids(product):
    """What stands in the table in braces."""
    nurse, requirement = product.personas.get(name="Nurse"), product.requirements.get(number=1)
    rows = {
        "nurse": nurse,
        "requirement": requirement,
        "unrated": product.requirements.get(number=3),
        "own": product.requirements.get(number=4),
        "rating": requirement.ratings.get(persona=nurse),
        "reading": nurse.readings.get(),
        "comment": requirement.comments.get(),
        "scenario": product.scenarios.get(),
        "member": product.memberships.get(role=Role.VIEWER),
        "invitation": product.invitations.get(),
        "token": product.tokens.get(),
    }
    return {name: row.pk for name, row in rows.items()} | {"version": requirement.version}


def filled(value, known):
    """`value` with what stands in braces; a number alone becomes one."""
    if isinstance(value, dict):
        return {filled(name, known): filled(one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, known) for one in value]
    if not isinstance(value, str):
        return value
    text = value.format_map(known)
    return int(text) if text != value and text.isdigit() else text


def fits(who, what, least, method, path, answer, changed):
    """Whether somebody got what they should: let through with its effect, or refused without."""
    status = answer.status_code
    if who == "anonymous":
        to_sign_in = status == 302 and answer["Location"].startswith("/sign-in/")
        return (status == 401 if path.startswith("/api/") else to_sign_in) and not changed
    if who == "stranger":
        return status == 404 and not changed
    if ROLES.index(who) < ROLES.index(least):
        by_form = what in REFUSED_BY_A_FORM and status == 422 and who == CONTRIBUTOR
        return (status == 403 or by_form) and not changed
    return status < 400 and changed == (method != "GET")


@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_may_do_what_the_table_says_and_no_more(crawler, who, door):
    client = client_of({"stranger": "charlie", "anonymous": None, **MEMBERS}[who])
    known, wrong, asked = ids(crawler._product), [], 0
    for what, least, by_page, by_api in TABLE:
        for method, path, fields in (by_page if door == "page" else by_api) or ():
            path, fields = filled(path, known), filled(fields, known)
            answer, text, changed = crawler.ask(client, method, path, fields)
            asked += 1
            if not fits(who, what, least, method, path, answer, changed):
                wrong.append((what, method, path, answer.status_code, changed, text[-200:]))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 40


def test_every_action_has_a_page_or_an_api_and_most_both():
    assert all(by_page or by_api for _what, _least, by_page, by_api in TABLE)
    assert sum(bool(by_page and by_api) for _what, _least, by_page, by_api in TABLE) > 30
