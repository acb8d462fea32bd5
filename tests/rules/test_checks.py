"""Each rule refuses what it is there for, and nothing beside that."""

import pytest

from tests.rules.checks import broken_in, owned_models

OWNED = {"Persona", "Rating"}
VIEW = "prioritisation/overview/persona_views.py"
API = "products/api/members.py"


def broken(text, path=VIEW):
    return broken_in(path, text, OWNED)


@pytest.mark.parametrize(
    "text",
    [
        "rows = Persona.objects.all()",
        "def view(request):\n    return Persona.objects.all()",
        "def view(request):\n    return User.objects.all().order_by('pk')",
        "def view(request):\n    return models.User._default_manager.order_by('pk').all()",
        "def view(request, pk):\n    return Persona.objects.get(pk=pk)",
        "def view(request, pk):\n    return Persona.objects.filter(pk=pk).first()",
        "def view(request):\n    return Rating.objects.select_related('rater')",
        "def view(request):\n    return Persona.objects.exclude(name='x').count()",
        "def view(request, pk):\n    return get_object_or_404(Persona, pk=pk)",
        "class View(API):\n    queryset = Persona.objects.all()",
        "class View(API):\n    def get(self):\n        rows = Persona.objects.all()",
    ],
)
@pytest.mark.parametrize("path", [VIEW, API, "accounts/views.py", "accounts/notification_views.py"])
def test_a_view_that_takes_rows_of_any_product_is_refused(text, path):
    assert broken(text, path)


@pytest.mark.parametrize(
    "text",
    [
        "def view(request, product):\n    return product.personas.all()",
        "def view(request, product):\n    return Persona.objects.filter(product=product, pk=1)",
        "def view(request, row):\n    return Rating.objects.select_for_update().get(pk=row.pk)",
        "def view(request, product, pk):\n    return get_object_or_404(product.personas, pk=pk)",
        "def view(request, found):\n    return Rating.objects.filter(requirement=found).first()",
        "def view(request, pk):\n    return get_row(user, Persona.objects.filter(pk=pk), 'read')",
        "class View(API):\n    rows = Persona.objects.all()",
        "class View(API):\n    queryset = Persona.objects.none()",
        "def view(request):\n    return Product.objects.for_user(request.user)",
    ],
)
def test_a_view_that_begins_at_the_product_is_not(text):
    assert broken(text) == []


def test_what_is_no_view_may_read_all():
    assert broken("Persona.objects.all()", "prioritisation/pipeline/verification.py") == []


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        ('class Meta:\n    fields = "__all__"', 'class Meta:\n    fields = ["name"]'),
        ('modelform_factory(Persona, fields="__all__")', 'modelform_factory(P, fields=["name"])'),
        ("class Meta:\n    fields = forms.ALL_FIELDS", '__all__ = ["name"]'),
        ("mark_safe(title)", "format_html('<b>{}</b>', title)"),
        ("safestring.SafeString(title)", "escape(title)"),
        ("rescore.delay(1)", "transaction.on_commit(lambda: rescore.delay(1))"),
        ("rescore.apply_async([1])", "def tell():\n    rescore.delay(1)\non_commit(tell)"),
        ("app.send_task('x')", "nudge(product.pk)"),
        (
            "def tell():\n    rescore.delay(1)\non_commit(other)",
            "def go():\n    def tell():\n        rescore.delay(1)\n"
            "    transaction.on_commit(tell, robust=True)",
        ),
    ],
)
def test_the_bad_sample_is_refused_and_the_good_one_is_not(bad, good):
    assert broken(bad, "products/services.py")
    assert broken(good, "products/services.py") == []


@pytest.mark.parametrize(
    "line",
    ["{{ title|safe }}", "{{ title|lower | safe }}", "{% autoescape off %}", "{{ a|safeseq }}"],
)
def test_a_template_that_does_not_escape_is_refused(line):
    assert broken(f"<p>\n{line}", "x.html") == ["x.html:2: a template escapes what people typed"]
    assert broken(line, "mail.txt") == []


def test_a_template_that_escapes_is_not():
    assert broken("{{ title|safe_name }} {% autoescape on %}", "x.html") == []


def test_models_of_a_product_are_known_by_their_foreign_key():
    text = "class Note(models.Model):\n    product = models.ForeignKey(Product)"

    assert owned_models({"notes/models.py": text, "t.html": "{{"}) == {"Note"}
