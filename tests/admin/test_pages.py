"""Every page of the back office opens, finds, and keeps to what may be changed."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.http import HttpResponse
from django.urls import reverse

from accounts.models import Token, User
from personas.models import AdoptionReading
from prioritisation.models import Rating, Scenario, Score, ScoringPolicy
from prioritisation.pipeline.rescoring import rescore
from products.models import Comment, Membership, Product, Requirement
from products.roles import Role
from products.services import create_product
from tests.cast import scenario, user

OURS = [
    model
    for model in admin.site._registry
    if model._meta.app_label in ("accounts", "products", "personas", "prioritisation")
]
WRITTEN_BY_MACHINE = [
    model
    for model in OURS
    if model.__name__.endswith("Event")
    or model.__name__
    in ("Score", "ScoreChange", "ScoringRun", "ScoringState", "ProductChange", "Membership")
]


def url(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def everything(product, alice):
    """A row in every table that the back office shows."""
    requirement = product.requirements.first()
    nurse = product.personas.get(name="Nurse")
    Comment.objects.create(product=product, requirement=requirement, author=alice, text="Why?")
    AdoptionReading.objects.create(
        product=product, persona=nurse, observed_on="2026-01-05", installed=500, active=200
    )
    Token.objects.issue(name="ci", user=alice)
    scenario(product, by=alice, importances={product.personas.first().pk: 2})
    rescore(product.pk)
    Requirement.objects.filter(pk=requirement.pk).update(effort=9)
    return product


def test_every_model_of_ours_has_its_pages():
    names = {model.__name__ for model in OURS}
    for name in ("User", "Token", "Product", "Membership", "Requirement", "Comment", "Persona",
                 "AdoptionReading", "Rating", "ScoringPolicy", "ProductChange", "ScoringRun",
                 "ScoringState", "Score", "ScoreChange", "AccountEvent"):  # fmt: skip
        assert name in names


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists_searches_and_forms_open(everything, admin_client, model):
    row = model._default_manager.first()
    assert row is not None, "the fixture `everything` lacks one"

    changelist, change = url(model, "changelist"), url(model, "change", row.pk)
    for path in (changelist, f"{changelist}?q=1", change):
        answer = admin_client.get(path)
        assert answer.status_code == 200
        assert inline_code(answer) == []
    may_add = admin.site._registry[model].has_add_permission(_request(admin_client))
    answer = admin_client.get(url(model, "add"))
    assert answer.status_code == (200 if may_add else 403)
    assert inline_code(answer) == []


class InlineCode(HTMLParser):
    """Collects what our Content-Security-Policy would block of a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        runs = tag == "script" and "src" not in given and "json" not in given.get("type", "")
        handled = any(name == "style" or name.startswith("on") for name in given)
        if tag == "style" or runs or handled or "javascript:" in (given.get("href") or ""):
            self.found.append(self.get_starttag_text())


def inline_code(answer):
    parser = InlineCode()
    parser.feed(answer.content.decode())
    return parser.found


def test_the_control_inline_code_is_found():
    pages = ["<style>a{}</style>", "<script>1</script>", "<p style='x'>", "<p onclick='x'>",
             "<a href='javascript:x'>"]  # fmt: skip

    assert [len(inline_code(HttpResponse(page))) for page in pages] == [1] * 5
    assert inline_code(HttpResponse("<script src='x'></script><a href='/'>x</a>")) == []


def _request(client):
    return client.get("/admin/").wsgi_request


@pytest.mark.parametrize("model", WRITTEN_BY_MACHINE, ids=lambda model: model.__name__)
def test_what_the_machine_writes_is_only_looked_at(everything, admin_client, model):
    pk = model._default_manager.first().pk

    assert admin_client.post(url(model, "change", pk), {}).status_code == 403
    assert admin_client.post(url(model, "add"), {}).status_code == 403
    assert admin_client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert b'name="action"' not in admin_client.get(url(model, "changelist")).content


@pytest.mark.parametrize("model", [Token, ScoringPolicy, Scenario])
def test_what_is_made_elsewhere_is_not_added_here(everything, admin_client, model):
    assert admin_client.get(url(model, "add")).status_code == 403


@pytest.mark.parametrize("model", [Token, ScoringPolicy])
def test_what_others_refer_to_is_not_deleted_here(everything, admin_client, model):
    pk = model.objects.first().pk

    assert admin_client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=pk).exists()


@pytest.mark.parametrize("model", [Product, Requirement, Rating, Score])
def test_lists_need_as_many_queries_for_many_rows_as_for_few(
    everything, admin_client, django_assert_max_num_queries, model, alice
):
    with django_assert_max_num_queries(14):
        admin_client.get(url(model, "changelist"))


def test_a_requirement_is_found_by_its_key(product, admin_client):
    found = admin_client.get(url(Requirement, "changelist"), {"q": "rota-2"}).content.decode()
    assert "Single sign-on" in found
    assert "Swap shifts" not in found

    # int() reads no more than 4,300 digits.
    for digits in (11, 5000):
        number = {"q": f"R-{'9' * digits}"}
        assert admin_client.get(url(Requirement, "changelist"), number).status_code == 200


def test_requirements_and_ratings_go_out_as_csv(product, admin_client):
    Requirement.objects.filter(title="Dark mode").update(title='Dark "night" mode', tags=["a", "b"])

    rows = admin_client.get(url(Requirement, "export")).getvalue().decode().splitlines()
    assert rows[0].startswith("product,number,external_id,title,description,status,effort,tags,")
    assert 'ROTA,3,,"Dark ""night"" mode",,idea,,"a,b",' in rows[3]

    rows = admin_client.get(url(Rating, "export")).getvalue().decode().splitlines()
    assert rows[0] == "product,number,requirement,persona,value,basis,note,rater,source,updated_at"
    assert rows[1].startswith("ROTA,1,Swap shifts in two taps,Nurse,5,seen,,alice,,")


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-1+1", "'-1+1"),
        ("+1+1", "'+1+1"),
        ("  =1+1", "'  =1+1"),
        ("＝1+1", "'＝1+1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("Two = two", "Two = two"),
    ],
)
def test_no_spreadsheet_runs_what_goes_out_and_nothing_is_lost(product, admin_client, title, cell):
    product.requirements.filter(number=1).update(title=title)
    Rating.objects.filter(requirement__number=1, persona__name="Nurse").update(note=title, value=-5)
    page = url(Requirement, "export"), url(Rating, "export")

    requirements, ratings = (
        list(csv.DictReader(io.StringIO(admin_client.get(path).getvalue().decode())))
        for path in page
    )

    assert requirements[0]["title"] == cell
    assert (ratings[0]["requirement"], ratings[0]["note"]) == (cell, cell)
    assert ratings[0]["value"] == "-5"


def test_an_export_holds_what_its_list_shows(product, admin_client):
    found = f"{url(Requirement, 'changelist')}?q=rota-2&status__exact=idea"
    page = admin_client.get(found).content.decode()
    address = re.search(r'href="([^"]*/export/[^"]*)"', page)[1].replace("&amp;", "&")

    answer = admin_client.get(address)

    assert answer.streaming
    assert len(answer.getvalue().decode().splitlines()) == 2
    assert admin_client.get(f"{url(Requirement, 'export')}?effort__gt=x").status_code == 302


def test_users_are_deactivated_never_deleted(admin_client, sam, alice):
    assert admin_client.post(url(User, "delete", alice.pk), {"post": "yes"}).status_code == 403
    page = admin_client.get(url(User, "changelist")).content.decode()
    assert "delete_selected" not in page

    chosen = {"action": "deactivate", "_selected_action": [alice.pk, sam.pk]}
    admin_client.post(url(User, "changelist"), chosen)

    assert set(User.objects.values_list("username", "is_active")) == {
        ("alice", False),
        ("sam", True),
    }


def test_a_token_is_revoked(admin_client, alice):
    token, text = Token.objects.issue(name="ci", user=alice)

    chosen = {"action": "revoke", "_selected_action": [token.pk]}
    admin_client.post(url(Token, "changelist"), chosen)

    assert Token.objects.authenticate(text) is None


def test_a_product_added_here_is_owned_by_whoever_added_it(admin_client, sam):
    admin_client.post(url(Product, "add"), {"key": "NEW", "name": "New", "effort_unit": "days"})

    product = Product.objects.get(key="NEW")
    assert list(product.memberships.values_list("user", "role")) == [(sam.pk, Role.OWNER)]
    assert ScoringPolicy.objects.filter(product=product).exists()


def test_a_product_keeps_an_owner(product, admin_client, form_of, alice):
    path = url(Product, "change", product.pk)
    form = form_of(path)

    answer = admin_client.post(path, form | {"memberships-0-role": Role.VIEWER.value})
    assert "A product keeps an owner." in answer.content.decode()
    answer = admin_client.post(path, form | {"memberships-0-DELETE": "on"})
    assert "A product keeps an owner." in answer.content.decode()
    assert Membership.objects.get(product=product).role == Role.OWNER

    bob = user("bob")
    more = {"memberships-TOTAL_FORMS": "2", "memberships-1-user": bob.pk, "memberships-1-role": "2"}
    assert admin_client.post(path, form | more).status_code == 302
    assert set(product.memberships.values_list("user", "role")) == {(alice.pk, 4), (bob.pk, 2)}


def test_a_membership_stays_the_persons_whom_it_was_given_to(product, admin_client, form_of, alice):
    path = f"/admin/products/product/{product.pk}/change/"
    form = form_of(path) | {"memberships-0-user": user("bob").pk}

    assert admin_client.post(path, form).status_code == 302

    assert product.memberships.get().user == alice


def test_a_requirement_stays_in_its_product(product, admin_client, form_of, alice):
    requirement = product.requirements.first()
    path = f"/admin/products/requirement/{requirement.pk}/change/"
    other = create_product(name="Larder", owner=alice)

    answer = admin_client.post(path, form_of(path) | {"product": other.pk, "title": "Renamed"})

    assert answer.status_code == 302
    requirement.refresh_from_db()
    assert (requirement.title, requirement.product) == ("Renamed", product)
