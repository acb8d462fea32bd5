"""What the log says of every kind of change."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.history import acting
from accounts.models import AccountEvent, Token, User
from personas.models import AdoptionReading
from prioritisation.log import sources
from prioritisation.log.reading import Asked, read_log
from prioritisation.log.sentences import PHRASES
from products.invitations import accept_invitation, invite, revoke_invitation
from products.members import remove_member, set_role
from products.models import Comment, Invitation
from products.roles import Role
from products.services import delete_requirement
from tests import cast
from tests.models.test_input_history import event_models

pytestmark = pytest.mark.scores_are_tampered_with


@pytest.fixture
def bob(db):
    return cast.user("bob")


@pytest.fixture
def rota(alice):
    return cast.rota(alice)


@pytest.fixture
def as_alice(alice, rota):
    with acting(means="session", user=alice):
        yield alice


def told(product, kind, most=1, **asked):
    """A test is one transaction, at one time: of several tables there is no order in it."""
    entries, _more = read_log(product.pk, Asked(kind=kind, **asked), most=most)
    sentences = [entry.sentence for entry in entries]
    return sentences[0] if most == 1 else sentences


def test_every_table_with_a_history_is_told_of():
    tracked = {event.pgh_tracked_model for event in event_models()}

    assert {source.tracked for source in sources.SOURCES} == tracked | {AccountEvent}
    assert PHRASES.keys() == tracked | {AccountEvent}


def test_a_changed_role_is_told_with_names_before_and_after(rota, as_alice, bob):
    membership = cast.join(rota, bob, "contributor")
    assert told(rota, "members") == "alice made bob a contributor"

    set_role(membership=membership, version=1, by=as_alice)
    membership.role = Role.MAINTAINER
    saved = set_role(membership=membership, version=1, by=as_alice)
    assert told(rota, "members") == "alice made bob a maintainer (before: contributor)"

    remove_member(saved)
    assert told(rota, "members") == "alice removed bob, who was a maintainer"


def test_an_invitation_is_told_from_its_making_to_its_use(rota, alice, bob):
    with acting(means="session", user=alice):
        _made, text = invite(product=rota, role=Role.OWNER, by=alice, email="bob@example.org")
    day = f"{timezone.now() + dt.timedelta(days=7):%-d %B %Y}"
    assert told(rota, "members") == f"alice invited bob@example.org to be an owner, until {day}"

    with acting(means="session", user=bob):
        accept_invitation(text, user=bob)
    assert told(rota, "members", 2) == [
        "bob accepted the invitation to be an owner",
        f"alice invited bob@example.org to be an owner, until {day}",
    ]

    with acting(means="session", user=alice):
        made, _text = invite(product=rota, role=Role.VIEWER, by=alice)
        revoke_invitation(made, by=alice)
    assert (
        told(rota, "members")
        == "alice revoked the invitation of whoever has the link to be a viewer"
    )


def test_a_product_is_told_with_what_was_changed(rota, as_alice):
    rota.capacity, rota.name = 12, "Roster"
    rota.save(update_fields=["capacity", "name"])

    assert told(rota, "product") == (
        "alice changed the product Roster (ROTA): name “Rota” → “Roster”; capacity nothing → “12”"
    )


def test_a_requirement_is_told_and_stays_named_when_it_is_gone(rota, as_alice):
    swap = rota.requirements.get(number=1)
    swap.status, swap.tags, swap.must_by = "planned", ["shifts", "phone"], dt.date(2027, 1, 2)
    swap.save(update_fields=["status", "tags", "must_by"])

    assert told(rota, "requirements") == (
        "alice changed “Swap shifts in two taps” (ROTA-1): status “Idea” → “Planned”; "
        "must by nothing → “2 January 2027”; tags nothing → “shifts, phone”"
    )

    delete_requirement(swap)
    assert "alice deleted “Swap shifts in two taps” (ROTA-1)" in told(rota, "requirements", 9)
    assert told(rota, "ratings", text="hospital", person=as_alice.pk) == (
        "alice withdrew the rating of “Swap shifts in two taps” (ROTA-1) for Hospital: +1, seen"
    )


def test_a_rating_is_told_with_whom_it_is_by(rota, as_alice, bob):
    swap = rota.requirements.get(number=1)
    rating = swap.ratings.get(persona__name="Nurse")
    rating.value, rating.basis = -2, "asked"
    rating.save(update_fields=["value", "basis"])
    assert told(rota, "ratings") == (
        "alice changed the rating of “Swap shifts in two taps” (ROTA-1) for Nurse: "
        "value “+5” → “−2”; how do you know “Seen” → “Asked”"
    )

    nurse = rota.personas.get(name="Nurse")
    swap.ratings.create(product=rota, persona=nurse, value=0, basis="guessed", rater=bob)
    assert told(rota, "ratings") == (
        "alice rated “Swap shifts in two taps” (ROTA-1) for Nurse: 0, guessed by bob"
    )


def test_a_comment_is_told_and_cut_where_it_is_long(rota, as_alice):
    swap = rota.requirements.get(number=1)
    comment = Comment.objects.create(
        product=rota, requirement=swap, author=as_alice, text="Nurses beg for it"
    )
    assert told(rota, "comments") == (
        "alice commented on “Swap shifts in two taps” (ROTA-1): “Nurses beg for it”"
    )

    comment.text = "x" * 5_000
    comment.save(update_fields=["text"])
    assert told(rota, "comments") == (
        "alice changed a comment on “Swap shifts in two taps” (ROTA-1): "
        f"text “Nurses beg for it” → “{'x' * 200}…”"
    )


def test_personas_and_readings_are_told(rota, as_alice):
    nurse = rota.personas.get(name="Nurse")
    nurse.headcount, nurse.importance = 1200, 0.5
    nurse.save(update_fields=["headcount", "importance"])
    assert told(rota, "personas") == (
        "alice changed the persona Nurse: people “500” → “1,200”; importance “1” → “0.5”"
    )

    AdoptionReading.objects.create(
        product=rota, persona=nurse, observed_on=dt.date(2026, 11, 1), installed=900, active=50
    )
    assert told(rota, "readings") == (
        "alice recorded a reading of Nurse on 1 November 2026: 900 have it, 50 use it"
    )


def test_the_weighing_and_scenarios_are_told(rota, as_alice):
    rota.policy.end_user_say, rota.policy.people_exponent = 0.75, 0.5
    rota.policy.reason = "They pay"
    rota.policy.save(update_fields=["end_user_say", "people_exponent", "reason"])
    assert told(rota, "weighing") == (
        "alice changed how it is weighed: end users’ say “85\u00a0%” → “75\u00a0%”; "
        "people “by people” → “damped”; reason nothing → “They pay”"
    )

    nurse = rota.personas.get(name="Nurse")
    cast.scenario(rota, by=as_alice, importances={nurse.pk: 2})
    assert told(rota, "scenarios", 2) == [
        "alice supposed something of Nurse in the scenario “The hospital decides”: importance 2",
        "alice made the scenario “The hospital decides”",
    ]


def test_tokens_are_told_and_a_personal_ones_name_is_not(rota, alice, bob):
    cast.join(rota, bob, "viewer")
    with acting(means="session", user=alice):
        token, _text = Token.objects.issue(name="robot", product=rota)
    assert told(rota, "tokens") == "alice made the token “robot” of the product"

    with acting(means="token", token=token):
        rota.requirements.filter(number=1).update(title="Swap")
    assert told(rota, "requirements") == (
        "The token “robot” changed “Swap” (ROTA-1): title “Swap shifts in two taps” → “Swap”"
    )

    with acting(means="session", user=bob):
        Token.objects.issue(name="my secret plans", user=bob)
        Token.objects.filter(user=bob).update(revoked_at=timezone.now())
    assert told(rota, "tokens", 2) == [
        "bob revoked a personal token",
        "bob made a personal token",
    ]


@pytest.mark.django_db(transaction=True)
def test_accounts_are_told_while_they_are_members_ones(alice, bob):
    rota = cast.rota(alice)
    with acting(means="admin", user=alice):
        User.objects.filter(pk=bob.pk).update(is_active=False)
        membership = cast.join(rota, bob, "viewer")
        User.objects.filter(pk=bob.pk).update(is_active=True, is_staff=True)
        User.objects.filter(pk=bob.pk).update(last_login=timezone.now())
        remove_member(membership)
        User.objects.filter(pk=bob.pk).update(is_active=False)

    assert told(rota, "accounts", 9) == ["alice activated bob and made bob staff"]
    everywhere, _more = read_log(None, Asked(kind="accounts"), most=9)
    assert [entry.sentence for entry in everywhere] == [
        "alice deactivated bob",
        "alice activated bob and made bob staff",
        "alice deactivated bob",
        "The account of bob was made",
        "The account of alice was made",
    ]


def test_what_nobody_is_known_to_have_done_is_somebodys(rota):
    rota.requirements.filter(number=3).update(effort=2)

    (entry,), _more = read_log(rota.pk, Asked(kind="requirements"), most=1)
    assert entry.sentence == "Somebody changed “Dark mode” (ROTA-3): effort nothing → “2”"
    assert entry.means == ""


def test_no_name_or_email_is_kept_in_an_event(rota, as_alice, bob):
    invite(product=rota, role=Role.VIEWER, by=as_alice, email="bob@example.org")

    for model in [*event_models(), AccountEvent]:
        for row in model.objects.values():
            assert "bob" not in str(row), model
    assert Invitation.objects.get().email == "bob@example.org"
