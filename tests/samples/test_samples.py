"""The samples: they load once, rank, and open on what surprises."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from personas.models import AdoptionReading
from prioritisation.models import ProductChange, ScoreChange, ScoringRun
from prioritisation.overview.products import read_cards, surprise
from prioritisation.pipeline.verification import verify_all
from prioritisation.selectors.rankings import read_ranking
from prioritisation.weighting.scenario_comparison import compare
from products.models import Product
from products.services import create_product
from tests.cast import user

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("samples")]


@pytest.fixture(scope="module")
def _loaded(rows_for_the_module):
    """Once, for half a second."""
    user("alice", is_superuser=True)
    call_command("load_samples", verbosity=0)


@pytest.fixture
def alice(_loaded, db):
    return User.objects.get(username="alice")


@pytest.fixture
def samples(_loaded, db):
    return {product.key: product for product in Product.objects.all()}


def test_they_are_an_enterprise_tool_a_free_app_and_both(samples, alice):
    markets = {card.product.key: card.market for card in read_cards(alice)}

    assert markets == {
        "ROTA": "Users, a buyer, a sponsor and others",
        "LARDER": "Users and a sponsor",
        "SLATE": "Users, a buyer and a sponsor",
    }
    assert all(product.is_sample for product in samples.values())


@pytest.mark.parametrize(
    ("key", "first", "surprising", "rank", "users"),
    [
        ("ROTA", "Swap shifts in two taps", "Single sign-on and audit export", 15,
         ["Nurses", "Ward leads"]),
        ("LARDER", "Shopping list that works without signal",
         "Sponsored product in the shopping list", 9, ["Weeknight cooks", "Batch cooks"]),
        ("SLATE", "Report a sick child in two taps",
         "Attendance dashboard for the district", 9, ["Parents", "Teachers"]),
    ],
)  # fmt: skip
def test_each_opens_on_what_payers_want_most_and_users_wont_use(
    samples, key, first, surprising, rank, users
):
    ranking = read_ranking(samples[key])
    found = surprise(samples[key])

    assert ranking.rows[0].title == first
    assert (found.title, found.rank, found.users) == (surprising, rank, users)
    # A payer can't want it more, and about a third would use it.
    row = next(row for row in ranking.rows if row.title == surprising)
    assert max(row.means.values()) == 5
    assert 0.3 <= found.reach <= 0.4


def test_what_was_shipped_was_in_the_order_before(samples, client, alice):
    client.force_login(alice)
    page = client.get("/p/ROTA/?closed=1").content.decode()

    shipped = samples["ROTA"].requirements.filter(status="shipped")
    assert shipped.count() == page.count("use it</span>") == 3
    assert ScoreChange.objects.filter(requirement_id=shipped[0].pk, ranked=True).exists()


def test_rota_has_everything_that_the_pages_tell_of(samples):
    rota = samples["ROTA"]
    requirements = list(rota.requirements.all())
    ranking = read_ranking(rota, only_ranked=False)

    assert len(requirements) == 26
    assert {requirement.status for requirement in requirements} == {
        "idea", "planned", "in_progress", "shipped", "declined",
    }  # fmt: skip
    assert {r.must_reason for r in requirements} >= {"law", "safety", "contract", "upkeep"}
    assert {flag for row in ranking.rows for flag in row.flags} >= {
        "must_do", "harms", "end_users_not_asked", "guess", "shelfware",
    }  # fmt: skip
    assert [row.title for row in ranking.rows if row.rank is None] == [
        "Rota in six more languages",
        "Move to the supported database version",
    ]
    assert (rota.capacity, rota.effort_unit) == (60, "days")
    # By hand: (200 active − 60 who also work around it + 10 · 0.5) / (500 + 10)
    nurses = next(persona for persona in ranking.personas if persona.name == "Nurses")
    assert nurses.adoption == pytest.approx(145 / 510)


def test_a_sample_has_a_past(samples):
    rota = samples["ROTA"]
    runs = list(ScoringRun.objects.filter(product=rota).order_by("version"))

    # Before any reading, then after each reading, source and policy that came in, and each release.
    weeks = [28, 26, 24, 23, 20, 18, 14, 10, 9, 7, 6, 5, 4, 3, 2]
    newest = AdoptionReading.objects.filter(product=rota).latest("observed_on").observed_on
    assert newest < date.today()  # noqa: DTZ011 - the database's zone is UTC as well
    assert [run.version for run in runs] == [*range(1, len(runs) + 1)]
    days = [*dict.fromkeys(run.computed_at.date() for run in runs)]
    assert days == [newest - timedelta(weeks=ago - 2) for ago in weeks]
    changes = ScoreChange.objects.filter(product=rota).select_related("run")
    assert {change.created_at for change in changes} <= {run.computed_at for run in runs}
    assert all(change.created_at == change.run.computed_at for change in changes)


def test_a_sample_looks_back_on_a_policy_and_on_what_it_moved(samples, client, alice):
    client.force_login(alice)

    history = client.get("/p/ROTA/history/").context["history"]

    assert history.policies == 1
    (policy,) = [one for one in history.milestones if one.kind == "policy"]
    assert policy.words == "Policy: end users’ say 60 → 85\u00a0%"
    assert policy.reason.startswith("Three of four swaps are still made in the chat groups.")
    assert history.comparison.moved > 5


def test_samples_are_scored_and_load_once(samples, alice, capsys):
    assert not ProductChange.objects.exists()
    assert [wrong for _product, wrong in verify_all() if wrong != []] == []
    before = dict(Product.objects.values_list("key", "version"))

    call_command("load_samples", "--owner", "ALICE@example.org")

    assert capsys.readouterr().out == "The samples are there already.\n"
    assert dict(Product.objects.values_list("key", "version")) == before


def test_removing_them_leaves_ones_own_and_they_can_come_again(samples, alice, client):
    own = create_product(name="Own", owner=alice)
    client.force_login(alice)

    client.post(reverse("samples_remove"))

    assert list(Product.objects.all()) == [own]
    call_command("load_samples", "--owner", "alice", verbosity=0)
    assert Product.objects.filter(is_sample=True).count() == 3


def test_rotas_scenarios_change_who_is_first_and_lift_what_the_hospital_wants(samples):
    comparison = compare(samples["ROTA"])
    heads, decides = comparison.all
    (sso,) = [pk for pk, (title, _number) in comparison.titles.items() if "Single" in title]

    assert heads.first[0] == ("1", "Count night shifts once when the clocks change")
    assert (comparison.now.ranks[sso], decides.order.ranks[sso]) == (15, 6)
