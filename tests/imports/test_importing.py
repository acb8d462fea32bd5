"""Importing a sheet into a product: all or nothing, twice is once, marked like any write."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from personas.models import Persona
from prioritisation.imports.services import import_ratings
from prioritisation.imports.sheet import SheetError
from prioritisation.models import ProductChange, Rating
from products.models import Requirement
from tests.cast import join, rota, user

SHEET = (
    "external_id,title,effort,tags,rating:Nurse,rating:hospital\n"
    'A-1,Works offline,13,"platform, wards",4,1\n'
    ",Dark mode,,,1,\n"
    "A-3,Print the week,3,,,0\n"
)


@pytest.fixture
def product(alice):
    product = rota(alice)
    ProductChange.objects.all().delete()
    return product


def run(product, alice, text=SHEET, **options):
    options = {"basis": "asked", **options}
    return import_ratings(product=product, text=text, by=alice, **options)


def ratings_of(requirement):
    found = Rating.objects.filter(requirement=requirement).select_related("persona")
    return {rating.persona.name: (rating.value, rating.basis) for rating in found}


def test_an_import_makes_and_finds_requirements_and_rates_them(product, alice):
    report = run(product, alice)

    # Dark mode is there already, by its title.
    assert (report.created, report.updated, report.unchanged, report.ratings) == (2, 0, 1, 4)
    offline = product.requirements.get(external_id="A-1")
    assert (offline.number, offline.title, offline.effort) == (4, "Works offline", 13)
    assert (offline.tags, offline.created_by) == (["platform", "wards"], alice)
    assert ratings_of(offline) == {"Nurse": (4, "asked"), "Hospital": (1, "asked")}
    assert ratings_of(product.requirements.get(title="Dark mode")) == {"Nurse": (1, "asked")}
    assert ratings_of(product.requirements.get(external_id="A-3")) == {"Hospital": (0, "asked")}


def test_a_second_import_writes_nothing_and_marks_nothing(product, alice):
    run(product, alice)
    ProductChange.objects.all().delete()
    before = list(Requirement.objects.order_by("pk").values())

    report = run(product, alice)

    assert (report.created, report.updated, report.unchanged, report.ratings) == (0, 0, 3, 0)
    assert not ProductChange.objects.exists()
    assert list(Requirement.objects.order_by("pk").values()) == before


def test_a_changed_sheet_changes_what_it_says_and_nothing_else(product, alice):
    run(product, alice)
    offline = product.requirements.get(external_id="A-1")
    Requirement.objects.filter(pk=offline.pk).update(description="Basements have no signal.")

    changed = "external_id,title,effort,description,rating:Nurse\nA-1,Works without signal,,,-2\n"
    report = run(product, alice, changed, basis="seen")

    assert (report.updated, report.ratings, report.lines[0].fields) == (1, 1, ("title",))
    offline.refresh_from_db()
    assert (offline.title, offline.effort) == ("Works without signal", 13)
    assert offline.description == "Basements have no signal."
    assert ratings_of(offline) == {"Nurse": (-2, "seen"), "Hospital": (1, "asked")}
    assert Requirement.objects.filter(product=product).count() == 5


def test_an_import_leaves_others_ratings_and_ones_own_notes(product, alice):
    bob = user("bob")
    nurse = product.personas.get(name="Nurse")
    dark = product.requirements.get(title="Dark mode")
    common = dict(product=product, requirement=dark, persona=nurse, value=3, basis="asked")
    Rating.objects.create(rater=bob, note="night shift", **common)
    Rating.objects.create(rater=alice, note="two of nine", **common)

    run(product, alice)

    found = Rating.objects.filter(requirement=dark).values_list("rater", "value", "note")
    assert set(found) == {(bob.pk, 3, "night shift"), (alice.pk, 1, "two of nine")}


def test_an_import_marks_in_its_transaction_and_is_told_in_the_history(product, alice):
    run(product, alice)

    tables = set(ProductChange.objects.values_list("table_name", flat=True))
    assert tables == {"products_requirement", "prioritisation_rating"}
    event = Requirement.pgh_event_model.objects.filter(title="Works offline").latest("pgh_id")
    assert event.pgh_context == {"means": "import", "user": alice.pk}


def test_a_dry_run_reports_the_same_and_writes_nothing(product, alice):
    dry = run(product, alice, dry_run=True)
    assert not ProductChange.objects.exists()
    assert Requirement.objects.count() == 3

    assert dry == run(product, alice)


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (
            "title,rating:Nurse,rating:Doctor\nGood,1,2\n",
            ["Row 1, rating:Doctor: no persona is called “Doctor”; this product has: Nurse, "],
        ),
        (
            "title,rating:Nurse,rating:nurse\nGood,1,2\n",
            ["Row 1, rating:Nurse: the column “nurse” is the same persona."],
        ),
        (
            "external_id,title\nA,Good\nB,\nC,\n",
            ["Row 3, title: “B” would be a new", "Row 4, title: “C” would be a new"],
        ),
        ("external_id,title,rating:Nurse\nA,Good,1\nB,Bad,6\n", ["Row 3, rating:Nurse: “6”"]),
    ],
)
def test_one_wrong_row_and_nothing_is_imported(product, alice, text, errors):
    with pytest.raises(SheetError) as caught:
        run(product, alice, text)

    assert len(caught.value.errors) == len(errors)
    for error, beginning in zip(caught.value.errors, errors, strict=True):
        assert str(error).startswith(beginning)
    assert Requirement.objects.count() == 3
    assert not ProductChange.objects.exists()


def test_a_title_that_several_requirements_have_needs_an_external_id(product, alice):
    Requirement.objects.create(product=product, title="Dark mode")

    with pytest.raises(SheetError, match="Row 2, title: several requirements have this title"):
        run(product, alice, "title\nDark mode\n")


def test_two_rows_cannot_mean_one_requirement(product, alice):
    Requirement.objects.filter(title="Dark mode").update(external_id="D")

    with pytest.raises(SheetError, match="Row 3, title: this is the requirement of row 2"):
        run(product, alice, "external_id,title\nD,Darker mode\n,Dark mode\n")


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_make_each_requirement_once(transactional_db, product, alice):
    def import_it():
        try:
            return run(product, alice).created
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        created = [future.result() for future in [pool.submit(import_it) for _ in range(2)]]

    assert sorted(created) == [0, 2]
    assert product.requirements.count() == 5


def test_products_dont_share_external_ids(product, alice):
    other = rota(alice)
    Persona.objects.filter(product=other, name="Nurse").update(name="Midwife")
    run(product, alice)

    run(other, alice, "external_id,title,rating:Midwife\nA-1,Something else,2\n")

    titles = Requirement.objects.filter(external_id="A-1").values_list("title", flat=True)
    assert set(titles) == {"Works offline", "Something else"}


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rota.csv"
    path.write_text(SHEET)
    return path


def call(file, *options):
    always = ("--product", "ROTA", "--basis", "seen")
    return call_command("import_ratings", str(file), *always, *options)


def test_the_command_imports_as_the_owner(product, alice, file, capsys):
    call(file)

    assert capsys.readouterr().out == "ROTA: 2 new, 0 changed, 1 unchanged; 4 ratings\n"
    rating = Rating.objects.get(requirement__title="Works offline", persona__name="Nurse")
    assert (rating.rater, rating.basis, rating.source) == (alice, "seen", "import of rota.csv")


def test_the_command_imports_as_a_maintainer_by_name_or_email_and_as_nobody_else(product, file):
    bob, vera = user("bob"), user("vera")
    join(product, bob, "maintainer")
    join(product, vera, "contributor")

    call(file, "--as", "BOB@example.org", "--dry-run")
    call(file, "--as", "bob")

    assert Rating.objects.filter(rater=bob).count() == 4
    with pytest.raises(CommandError, match="No maintainer of ROTA is called vera"):
        call(file, "--as", "vera")


def test_the_command_maps_a_foreign_scale(product, tmp_path):
    path = tmp_path / "features.csv"
    path.write_text("title;rating:Nurse\nBig;9\nMiddling;5\nSmall;1\n")

    call(path, "--from-scale", "1..9")

    values = Rating.objects.filter(requirement__number__gt=3).order_by("id")
    assert list(values.values_list("value", flat=True)) == [5, 3, 0]


def test_the_command_tells_what_is_wrong(product, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("title,rating:Nurse\n" + "".join(f"r{n},9\n" for n in range(60)))

    with pytest.raises(CommandError) as caught:
        call(path)

    lines = str(caught.value).splitlines()
    assert lines[0] == "Row 2, rating:Nurse: “9” isn't a whole number from −5 to 5."
    assert lines[-2:] == ["… and 10 more.", "Nothing was imported."]
    with pytest.raises(CommandError, match="isn't a scale such as"):
        call(path, "--from-scale", "9..1")
    with pytest.raises(CommandError, match="No such file"):
        call(tmp_path / "nowhere.csv")
    with pytest.raises(CommandError, match="No product has the key NONE"):
        call_command("import_ratings", str(path), "--product", "NONE", "--basis", "seen")
