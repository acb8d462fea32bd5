import pytest
from django.utils import timezone

from personas.models import Persona
from personas.services import record_reading
from prioritisation.overview import sidebar
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.transactions import writing
from products.services import delete_requirement
from tests import cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alice_is_signed_in")]


@pytest.fixture
def rota(alice):
    product = cast.rota(alice)
    rescore(product.pk)
    return product


def test_the_map_links_to_each_rated_requirement_and_has_its_numbers_in_a_table(client, rota):
    page = client.get("/p/ROTA/map/")

    assert [one.row.title for one in page.context["chart"].items] == [
        "Swap shifts in two taps",
        "Single sign-on",
    ]
    text = page.content.decode()
    assert "Single sign-on: end users 0, buyers and sponsors 100, 5\u00a0days" in text
    assert text.count('href="/p/ROTA/requirements/2/"') == 3  # bubble, list, table
    assert "Less value per day" in client.get("/p/ROTA/map/?axes=effort").content.decode()


def test_a_map_of_nothing_rated_says_what_to_do(client, alice):
    cast.create_product(name="Empty", owner=alice)

    assert "Nothing is rated yet" in client.get("/p/EMPTY/map/").content.decode()


def test_a_requirement_doubly_marked_up_in_its_title_stays_text(client, rota):
    rota.requirements.filter(number=1).update(title="<b>&amp;</b>")

    assert "<b>&amp;</b>" not in client.get("/p/ROTA/map/").content.decode()


def test_the_sidebar_counts_what_is_open_missing_and_described(client, rota, monkeypatch):
    # Three open ones by two personas, four ratings; somebody who isn't counted lacks none.
    Persona.objects.create(product=rota, name="Surgeon", kind="end_user", importance=0)

    def counted():
        found = sidebar.counts_of(rota.pk)
        return found["ranking"], found["rate"], found["personas"]

    assert counted() == (3, 2, 3)
    rota.requirements.filter(number=3).update(status="declined")
    assert counted() == (2, 0, 3)
    assert '<span class="count">3</span>' in client.get("/p/ROTA/personas/").content.decode()
    monkeypatch.setattr(sidebar, "MOST_CELLS", 3)
    assert counted() == (2, None, 3)


def test_history_compares_two_points_and_says_what_was_changed_by_whom_and_why(client, rota, alice):
    nurse = rota.personas.get(name="Nurse")
    with writing(user=alice, means="session"):
        rota.policy.end_user_say, rota.policy.reason = 0.75, "The trust renews in June"
        rota.policy.save()
    rescore(rota.pk)
    with writing(user=alice, means="session"):
        reading = dict(installed=490, active=320, worked_around=25, note="a group chat")
        record_reading(persona=nurse, observed_on=timezone.localdate(), by=alice, **reading)
        rota.requirements.get(number=1).ratings.filter(persona=nurse).update(value=0)
    rescore(rota.pk)

    page = client.get("/p/ROTA/history/?from=1&to=3")

    history = page.context["history"]
    assert [(one.words, one.who, one.reason) for one in history.milestones] == [
        ("Policy: end users’ say 85 → 75\u00a0%", "alice", "The trust renews in June"),
        # An assumed half, then (320 − 25 + 5) / 500.
        ("Nurse: adoption 50 → 60\u00a0%", "alice", "a group chat"),
    ]
    assert [(move.words, move.title) for move in history.comparison.moves] == [
        ("1 → 2", "Swap shifts in two taps"),
        ("2 → 1", "Single sign-on"),
    ]
    assert history.between == (1, 3)
    assert "The trust renews in June" in page.content.decode()
    assert client.get("/p/ROTA/history/?from=2&to=3").context["history"].between == (2, 3)
    assert not client.get("/p/ROTA/history/?from=1&to=2").context["history"].comparison.moves


@pytest.mark.parametrize(
    "query", ["from=x&to=%00", "from=99999&to=-1", "from=2000-01-01&to=2999-12-31", "range=x"]
)
def test_a_point_that_is_none_is_left_at_its_default(client, rota, query):
    assert client.get(f"/p/ROTA/history/?{query}").status_code == 200


def test_a_deleted_requirement_is_named_but_not_linked(client, rota):
    delete_requirement(rota.requirements.get(number=2))
    rescore(rota.pk)

    text = client.get("/p/ROTA/history/?from=1").content.decode()

    assert "Single sign-on" in text
    assert 'href="/p/ROTA/requirements/2/"' not in text


def test_a_product_without_a_run_has_no_past_yet(client, alice):
    cast.create_product(name="Empty", owner=alice)

    assert "no past yet" in client.get("/p/EMPTY/history/").content.decode()


def test_history_takes_as_many_queries_however_long_it_is(
    client, rota, alice, django_assert_max_num_queries
):
    nurse = rota.personas.get(name="Nurse")
    for active in range(6):
        record_reading(
            persona=nurse,
            observed_on=timezone.localdate(),
            installed=500,
            active=active * 80,
            by=alice,
        )
        rescore(rota.pk)
    with django_assert_max_num_queries(22):
        client.get("/p/ROTA/history/")


@pytest.mark.parametrize("address", ["map/", "history/"])
def test_members_read_a_chart_and_strangers_get_404(client, rota, address):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    for user, status in [(vera, 200), (cast.user("mallory"), 404)]:
        client.force_login(user)
        assert client.get(f"/p/ROTA/{address}").status_code == status
