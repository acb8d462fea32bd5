import pytest
from django.test import Client
from django.utils import timezone

from prioritisation.models import Rating, ScoringState
from prioritisation.pipeline.rescoring import rescore
from products.models import Product, Requirement
from tests import cast
from tests.cast import signed_in

pytestmark = pytest.mark.django_db

PATH = "/p/ROTA/"
FRAGMENT = "/p/ROTA/ranking/"


@pytest.fixture
def client(alice):
    return signed_in(alice)


def titles(answer):
    return {
        group.name: [line.title for line in group.lines] for group in answer.context["page"].groups
    }


def have(client):
    return client.get(PATH).context["validator"]


def add(product, title, **fields):
    return Requirement.objects.create(product=product, title=title, **fields)


def test_requirements_stand_in_their_groups_in_order(rota, client):
    add(rota, "Count rest hours", must_reason="law", effort=3)
    add(rota, "Print a week", status="shipped")

    answer = client.get(PATH)

    assert titles(answer) == {
        "must": ["Count rest hours"],
        "ranked": ["Swap shifts in two taps", "Single sign-on"],
        "unrated": ["Dark mode"],
    }
    page = answer.content.decode()
    assert "3 open" not in page
    assert "4 open, 2 ranked" in page
    assert "Shipped and declined" in page
    assert "Print a week" not in page


def test_shipped_ones_open_on_demand(rota, client):
    add(rota, "Print a week", status="shipped")

    assert titles(client.get(PATH, {"closed": "1"}))["closed"] == ["Print a week"]


def test_a_filter_keeps_ranks_and_says_what_it_hides(rota, client):
    kept = client.get(PATH, {"q": "sign-on"})
    none = client.get(PATH, {"q": "<script>"})

    (line,) = kept.context["page"].groups[0].lines
    assert (line.title, line.place) == ("Single sign-on", "2")
    page = none.content.decode()
    assert "Nothing matches “&lt;script&gt;”" in page
    assert "3 requirements are hidden" in page
    nobody = client.get(PATH, {"show": "harms"}).content.decode()
    assert "Nobody is harmed" in nobody
    assert "Show all 3" in nobody


def test_a_chip_shows_only_its_flag(rota, client):
    assert titles(client.get(PATH, {"show": "shelfware"})) == {"ranked": ["Single sign-on"]}


def test_whom_the_top_gives_nothing_is_named_where_the_order_is_read(rota, client):
    told = "is worth more than +1 to"
    assert told not in client.get(PATH).content.decode()
    Rating.objects.filter(requirement__number=2, value=5).update(value=1)
    rescore(rota.pk)

    # The hospital has +1 and +1. A filter changes nothing of it.
    for path in (PATH, FRAGMENT, f"{PATH}?q=swap"):
        page = client.get(path).content.decode()
        assert "Nothing that is ranked is worth more than +1 to Hospital." in page, path
    # Of eleven only the first ten count: the hospital's +5 is on the last.
    nurse, hospital = (rota.personas.get(name=name) for name in ("Nurse", "Hospital"))
    for number in range(9):
        added = add(rota, f"Idea {number}")
        Rating.objects.create(product=rota, requirement=added, persona=nurse, value=2, basis="seen")
    sso = Rating.objects.get(requirement__number=2, persona=hospital)
    Rating.objects.filter(pk=sso.pk).update(value=5)
    rescore(rota.pk)
    assert "Nothing in the top ten is worth more than +1 to Hospital." in (
        client.get(PATH).content.decode()
    )


def test_value_for_effort_reorders_and_asks_for_what_is_unknown(rota, client, alice):
    quick = add(rota, "Bigger letters", effort=1)
    unknown = add(rota, "Read aloud")
    nurse = rota.personas.get(name="Nurse")
    for requirement in (quick, unknown):
        Rating.objects.create(product=rota, requirement=requirement, persona=nurse, value=2,
                              basis="seen", rater=alice)  # fmt: skip
    rescore(rota.pk)

    answer = client.get(PATH, {"order": "value_for_effort"})

    # Bigger letters 34 a day, swap shifts about 11, single sign-on under 2.
    assert titles(answer)["ranked"] == [
        "Bigger letters",
        "Swap shifts in two taps",
        "Single sign-on",
    ]
    assert titles(answer)["unestimated"] == ["Read aloud"]
    assert f'id="effort-{unknown.pk}"' in answer.content.decode()


def test_an_effort_typed_in_its_row_is_kept(rota, client):
    dark = Requirement.objects.get(title="Dark mode")

    answer = client.post("/p/ROTA/estimate/", {"number": dark.number, "version": dark.version,
                                               "effort": "2.5"})  # fmt: skip

    assert answer.headers["Location"] == "/p/ROTA/?order=value_for_effort"
    dark.refresh_from_db()
    assert dark.effort == 2.5


@pytest.mark.parametrize("effort", ["0", "nan", "inf", "1e9", "x"])
def test_an_impossible_effort_changes_nothing_and_is_told(rota, client, effort):
    dark = Requirement.objects.get(title="Dark mode")

    answer = client.post("/p/ROTA/estimate/", {"number": dark.number, "version": dark.version,
                                               "effort": effort})  # fmt: skip

    assert answer.status_code == 422
    assert "Nothing was saved." in answer.content.decode()
    dark.refresh_from_db()
    assert dark.effort is None


def test_a_product_without_requirements_shows_how_to_begin(client, alice):
    product = Product.objects.create(key="NEW", name="New")
    cast.join(product, alice, "owner")

    page = client.get("/p/NEW/").content.decode()

    assert "Rank your first requirement" in page
    assert "/p/NEW/start/" in page
    assert "/p/NEW/requirements/new/" in page
    assert "/p/NEW/import/" in page


def test_the_fragment_is_204_while_nothing_changed(rota, client):
    answer = client.get(FRAGMENT, {"have": have(client)})

    assert (answer.status_code, answer.content) == (204, b"")


def test_the_fragment_answers_before_and_after_a_rescore(rota, client, alice):
    before = have(client)
    Rating.objects.filter(requirement__title="Single sign-on").update(value=5)

    marked = client.get(FRAGMENT, {"have": before})
    rescore(rota.pk)
    scored = client.get(FRAGMENT, {"have": marked.context["validator"]})

    assert "Recomputing" in marked.content.decode()
    assert titles(marked)["ranked"] == ["Swap shifts in two taps", "Single sign-on"]
    assert '<span id="live-text" role="status">Live</span>' in scored.content.decode()
    assert ", computed <time data-age=" in scored.content.decode()
    assert titles(scored)["ranked"] == ["Single sign-on", "Swap shifts in two taps"]


def test_a_ranking_that_cant_be_computed_says_what_still_holds(rota, client):
    before = have(client)
    Rating.objects.filter(requirement__title="Single sign-on").update(value=5)
    marked = client.get(FRAGMENT, {"have": before}).context["validator"]
    ScoringState.objects.filter(product=rota).update(error="ValueError: no")

    answer = client.get(FRAGMENT, {"have": marked})
    page = answer.content.decode()

    assert "The new order could not be computed." in page
    computed = timezone.localtime(answer.context["page"].computed_at)
    assert f"You see the order of {computed:%H:%M}" in page
    assert "ValueError" not in page
    assert titles(answer)["ranked"] == ["Swap shifts in two taps", "Single sign-on"]
    rescore(rota.pk)
    assert "could not be computed" not in client.get(FRAGMENT).content.decode()


def test_a_new_title_changes_the_fragment_before_any_rescore(rota, client):
    before = have(client)
    Requirement.objects.filter(title="Dark mode").update(title="Night mode")

    answer = client.get(FRAGMENT, {"have": before})

    assert "Night mode" in answer.content.decode()


def test_the_fragment_is_no_page(rota, client):
    page = client.get(FRAGMENT).content.decode()

    assert page.lstrip().startswith('<section id="ranking"')
    assert "<html" not in page
    assert 'hx-swap-oob="true"' in page


def test_the_page_says_which_version_it_shows_to_the_poll(rota, client):
    answer = client.get(PATH, {"show": "guess"})

    assert f'hx-get="{FRAGMENT}?show=guess&amp;have={answer.context["validator"]}"' in (
        answer.content.decode()
    )


def test_no_inline_script_or_style(rota, client):
    page = client.get(PATH).content.decode()

    assert " style=" not in page
    assert "hx-on" not in page
    assert "onclick" not in page


@pytest.mark.parametrize("path", [PATH, FRAGMENT, "/p/ROTA/ranking.csv"])
def test_a_stranger_gets_404_and_anonymous_must_sign_in(rota, path):
    stranger = signed_in(cast.user("charlie")).get(path)
    anonymous = Client().get(path)

    assert stranger.status_code == 404
    assert anonymous.status_code == 302
    assert anonymous.headers["Location"].startswith("/sign-in/")


def test_a_viewer_sees_all_and_is_offered_nothing_to_write(rota):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    viewer = signed_in(vera)

    page = viewer.get(PATH).content.decode()
    answer = viewer.post("/p/ROTA/estimate/", {"number": 3, "version": 1, "effort": "1"})

    assert "Swap shifts in two taps" in page
    assert "Rate it" not in page
    assert "New requirement" not in page
    assert answer.status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_rows(
    rota, client, django_assert_num_queries, alice
):
    nurse = rota.personas.get(name="Nurse")
    # Session, user, product with role; then in one snapshot: standing with its run, personas,
    # rows; and the counts of the sidebar.
    client.get(PATH)  # works out, once for each run, what to ask
    with django_assert_num_queries(7):
        client.get(PATH)
    for number in range(30):
        added = add(rota, f"Idea {number}", effort=1, tags=["later"], must_reason="law")
        Rating.objects.create(product=rota, requirement=added, persona=nurse, value=-4,
                              basis="seen", rater=alice)  # fmt: skip
    rescore(rota.pk)

    client.get(PATH)
    with django_assert_num_queries(7):
        client.get(PATH)
    known = have(client)
    with django_assert_num_queries(4):
        client.get(FRAGMENT, {"have": known})
