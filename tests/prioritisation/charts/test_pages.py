import pytest

from personas.models import Persona
from prioritisation import counts
from prioritisation.rescoring import rescore
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client):
    alice = cast.user("alice")
    client.force_login(alice)
    return alice


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

    assert counts.counts_of(rota.pk) == {"ranking": 3, "rate": 2, "personas": 3}
    rota.requirements.filter(number=3).update(status="declined")
    assert counts.counts_of(rota.pk) == {"ranking": 2, "rate": 0, "personas": 3}
    assert '<span class="count">3</span>' in client.get("/p/ROTA/personas/").content.decode()
    monkeypatch.setattr(counts, "MOST_CELLS", 3)
    assert counts.counts_of(rota.pk)["rate"] is None


@pytest.mark.parametrize("address", ["map/"])
def test_members_read_a_chart_and_strangers_get_404(client, rota, address):
    vera = cast.user("vera")
    cast.join(rota, vera, "viewer")
    for user, status in [(vera, 200), (cast.user("mallory"), 404)]:
        client.force_login(user)
        assert client.get(f"/p/ROTA/{address}").status_code == status
