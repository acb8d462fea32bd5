"""Each CHECK and UNIQUE of the database refuses what breaks it, whoever writes."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection

from accounts.models import Notification, NotificationChoice, SignInAttempts, Token, User
from accounts.notifications import choose, notify
from personas.models import AdoptionReading, Persona
from prioritisation.models import Rating, Scenario, ScenarioPersona, ScoringPolicy, ScoringRun
from prioritisation.models.analyses import Analysis
from prioritisation.pipeline.rescoring import rescore
from prioritisation.robustness.jobs import start_analysis
from products.following import Following
from products.invitations import invite
from products.kept_answers import KeptAnswer, claim
from products.models import Invitation, Membership, Product, Requirement
from products.roles import Role
from tests.cast import rota, scenario, user

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.scores_are_tampered_with,
    pytest.mark.xdist_group("constraints"),
]
BILLION = 1_000_000_000


@pytest.fixture(scope="module")
def product(rows_for_the_module):
    """A row of each table that has a constraint; two ratings without a rater."""
    alice = user("alice")
    product = rota(alice)
    persona = product.personas.first()
    reading = {"installed": 9, "active": 5, "observed_on": "2026-11-01"}
    AdoptionReading.objects.create(product=product, persona=persona, **reading)
    scenario(product, by=alice, importances={persona.pk: 2})
    Requirement.objects.filter(number=1).update(external_id="EXT-1")
    Rating.objects.filter(requirement__number=2).update(rater=None, source="a survey")
    rescore(product.pk)
    start_analysis(product.pk, "plausible")
    invite(product=product, role=Role.VIEWER, by=alice)
    claim(caller="user 1", key="k", fingerprint="f", product_id=None)
    Token.objects.issue(name="t", user=alice)
    SignInAttempts.objects.create(key="k", ends_at="2026-11-01T00:00Z", attempts=1)
    Following.objects.get_or_create(
        product=product,
        requirement=product.requirements.first(),
        user=alice,
        defaults={"follows": True},
    )
    notify([alice], "mention", title="t", path="/", told_once_as="1")
    choose(alice, "mention", on_page=True, by_mail=False)
    return product


#: constraint → the model and the values that break it, in every row
REFUSED_VALUES = {
    "a_token_is_of_a_user_or_of_a_product": (Token, {"user": None}),
    "a_role_is_one_of_the_four": (Membership, {"role": 5}),
    "a_capacity_is_0_01_to_a_million": (Product, {"capacity": 0.001}),
    "a_last_number_is_0_to_a_billion": (Product, {"last_number": BILLION + 1}),
    "an_effort_is_0_01_to_a_million": (Requirement, {"effort": 0.001}),
    "a_status_is_one_of_the_five": (Requirement, {"status": "lost"}),
    "a_must_reason_is_one_of_the_five": (Requirement, {"must_reason": "whim"}),
    "those_who_work_around_it_are_among_the_active": (AdoptionReading, {"worked_around": 6}),
    "the_active_are_among_the_installed": (AdoptionReading, {"active": 10}),
    "a_worked_around_is_0_to_a_billion": (AdoptionReading, {"worked_around": -1}),
    "an_active_is_0_to_a_billion": (AdoptionReading, {"active": -1}),
    "an_installed_is_0_to_a_billion": (AdoptionReading, {"installed": BILLION + 1}),
    "a_headcount_is_1_to_a_billion": (Persona, {"headcount": 0}),
    "an_importance_is_0_or_a_millionth_to_1000": (Persona, {"importance": 1e-9}),
    "a_position_is_0_to_a_million": (Persona, {"position": 1_000_001}),
    "a_kind_is_one_of_the_four": (Persona, {"kind": "robot"}),
    "a_basis_is_one_of_the_three": (Rating, {"basis": "rumour"}),
    "a_value_is_minus_5_to_5": (Rating, {"value": 6}),
    "an_end_user_say_is_half_to_0_95": (ScoringPolicy, {"end_user_say": 0.96}),
    "a_people_exponent_is_0_half_or_1": (ScoringPolicy, {"people_exponent": 0.7}),
    "a_gap_emphasis_is_0_to_1": (ScoringPolicy, {"gap_emphasis": 1.1}),
    "a_responsiveness_is_0_to_1": (ScoringPolicy, {"responsiveness": 1.1}),
    "an_assumed_adoption_is_0_to_1": (ScoringPolicy, {"assumed_adoption": 1.1}),
    "assumed_seats_are_0_to_a_billion": (ScoringPolicy, {"assumed_seats": -1}),
    "less_than_two_thirds_for_end_users_needs_a_reason": (ScoringPolicy, {"end_user_say": 0.6}),
    "an_analysis_is_of_a_known_kind": (Analysis, {"kind": "horoscope"}),
    "progress_is_0_to_1": (Analysis, {"progress": 1.1}),
    "a_supposed_responsiveness_is_0_to_1": (Scenario, {"responsiveness": 1.1}),
    "supposed_assumed_seats_are_0_to_a_billion": (Scenario, {"assumed_seats": -1}),
    "a_supposed_say_is_half_to_0_95": (Scenario, {"end_user_say": 0.96}),
    "a_supposed_people_exponent_is_0_half_or_1": (Scenario, {"people_exponent": 0.7}),
    "a_supposed_gap_emphasis_is_0_to_1": (Scenario, {"gap_emphasis": 1.1}),
    "a_supposed_assumed_adoption_is_0_to_1": (Scenario, {"assumed_adoption": 1.1}),
    "a_supposed_importance_is_0_or_a_millionth_to_1000": (ScenarioPersona, {"importance": 1e-9}),
    "a_supposed_worked_around_is_0_to_a_billion": (
        ScenarioPersona,
        {"installed": 9, "active": 5, "worked_around": -1},
    ),
    "a_supposed_reading_is_whole_and_possible": (ScenarioPersona, {"installed": 9}),
    "a_supposed_installed_is_0_to_a_billion": (
        ScenarioPersona,
        {"installed": BILLION + 1, "active": 5},
    ),
    "a_supposed_active_is_0_to_a_billion": (ScenarioPersona, {"installed": 9, "active": -1}),
}
#: constraint → the model of which a second row is made, and what it has otherwise than the first
REFUSED_ROWS = {
    "a_product_key_is_2_to_10_capitals_or_digits": (Product, {"key": "a-b"}),
    "a_number_is_1_to_a_billion": (Requirement, {"number": 0, "external_id": ""}),
    "an_invitations_role_is_one_of_the_four": (Invitation, {"role": 5}),
    "accounts_token_lookup_key": (Token, {}),
    "accounts_user_username_key": (User, {"email": "other@example.org"}),
    "one_user_per_email": (User, {"username": "other", "email": "ALICE@example.org"}),
    "accounts_notification_told_once_as_key": (Notification, {}),
    "one_choice_per_user_and_kind": (NotificationChoice, {}),
    "one_membership_per_product_and_user": (Membership, {}),
    "one_following_per_requirement_and_user": (Following, {}),
    "products_product_key_key": (Product, {}),
    "one_requirement_per_product_and_number": (Requirement, {"external_id": ""}),
    "one_requirement_per_product_and_external_id": (Requirement, {"number": 99}),
    "one_kept_answer_per_caller_and_key": (KeptAnswer, {}),
    "products_invitation_digest_key": (Invitation, {}),
    "one_reading_per_persona_and_day": (AdoptionReading, {}),
    "one_persona_per_product_and_name": (Persona, {}),
    "one_rating_per_persona_and_rater": (Rating, {}),
    "one_rating_per_persona_and_source": (Rating, {}),
    "prioritisation_scoringpolicy_product_id_key": (ScoringPolicy, {}),
    "one_run_per_product_and_version": (ScoringRun, {}),
    "one_analysis_per_product_and_kind": (Analysis, {}),
    "one_scenario_per_product_and_name": (Scenario, {"name": "THE HOSPITAL DECIDES"}),
    "a_scenario_supposes_a_persona_once": (ScenarioPersona, {}),
}


@pytest.mark.parametrize("name", REFUSED_VALUES)
def test_values_that_break_a_rule_are_refused_by_it(product, name):
    model, values = REFUSED_VALUES[name]

    with pytest.raises(IntegrityError) as refused:
        model.objects.update(**values)

    assert refused.value.__cause__.diag.constraint_name == name


@pytest.mark.parametrize("name", REFUSED_ROWS)
def test_rows_that_break_a_rule_are_refused_by_it(product, name):
    model, values = REFUSED_ROWS[name]
    order = "source" if name == "one_rating_per_persona_and_rater" else "-source"
    row = model.objects.order_by(order if model is Rating else "pk").first()
    row.pk = None
    row._state.adding = True
    for field, value in values.items():
        setattr(row, field, value)

    with pytest.raises(IntegrityError) as refused:
        row.save(force_insert=True)

    assert refused.value.__cause__.diag.constraint_name == name


def test_no_rule_is_missing_here(db):
    """But those that Django makes of a field's type, and those that composite keys point to."""
    tables = [
        model._meta.db_table
        for app in ("accounts", "products", "personas", "prioritisation")
        for model in apps.get_app_config(app).get_models()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            r"""
            SELECT conname FROM pg_constraint
            WHERE conrelid = ANY (%(tables)s::regclass[]) AND contype IN ('c', 'u')
                AND conname NOT LIKE '%%\_check' AND conname NOT LIKE '%%of_one_product'
            UNION
            SELECT indexrelid::regclass::text FROM pg_index
            WHERE indrelid = ANY (%(tables)s::regclass[]) AND indisunique AND NOT indisprimary
                AND indexrelid NOT IN (SELECT conindid FROM pg_constraint)
            """,
            {"tables": tables},
        )
        there = {name for (name,) in cursor.fetchall()}
    # A second failure in an hour is counted, not refused: tests/accounts/test_account_events.py.
    assert there - {"failures_are_counted_by_account_and_hour"} == {*REFUSED_VALUES, *REFUSED_ROWS}
