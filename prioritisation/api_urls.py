from django.urls import path

from prioritisation.comparison import next_questions_api, other_methods_api, pairwise_api
from prioritisation.history import api as history
from prioritisation.history import movement_api
from prioritisation.log import api as log
from prioritisation.outcomes import api as outcomes
from prioritisation.overview import persona_api, product_api
from prioritisation.ranking import api as ranking
from prioritisation.ratings import api as ratings
from prioritisation.requirements import api as requirements
from prioritisation.requirements import explanation_api
from prioritisation.robustness import api as robustness
from prioritisation.weighting import api as policy
from prioritisation.weighting import scenario_api
from products.api import docs

urlpatterns = [
    path("schema/", docs.Schema.as_view(), name="api_schema"),
    path("docs/", docs.Docs.as_view(), name="api_docs"),
    path("products/", product_api.Products.as_view(), name="api_products"),
    path("products/<str:key>/", product_api.OneProduct.as_view(), name="api_product"),
    path("products/<str:key>/policy/", policy.Policy.as_view(), name="api_policy"),
    path("products/<str:key>/ranking/", ranking.Ranking.as_view(), name="api_ranking"),
    path("products/<str:key>/ranking.csv", ranking.RankingCSV.as_view(), name="api_ranking_csv"),
    path(
        "products/<str:key>/ratings/",
        ratings.RatingsOfProduct.as_view(),
        name="api_ratings_of_product",
    ),
    path("products/<str:key>/ask-next/", next_questions_api.AskNext.as_view(), name="api_ask_next"),
    path(
        "products/<str:key>/comparison/",
        pairwise_api.Comparison.as_view(),
        name="api_comparison",
    ),
    path("products/<str:key>/lenses/", other_methods_api.OtherLenses.as_view(), name="api_lenses"),
    path("products/<str:key>/log/", log.Log.as_view(), name="api_log"),
    path("products/<str:key>/log.csv", log.LogCSV.as_view(), name="api_log_csv"),
    path("products/<str:key>/movement/", movement_api.Movement.as_view(), name="api_movement"),
    path("products/<str:key>/outcomes/", outcomes.Outcomes.as_view(), name="api_outcomes"),
    path(
        "products/<str:key>/sensitivity/", robustness.Sensitivity.as_view(), name="api_sensitivity"
    ),
    path("products/<str:key>/plausible/", robustness.Plausible.as_view(), name="api_plausible"),
    path("scenarios/", scenario_api.Scenarios.as_view(), name="api_scenarios"),
    path("scenarios/<int:pk>/", scenario_api.OneScenario.as_view(), name="api_scenario"),
    path(
        "scenarios/<int:pk>/ranking/",
        scenario_api.ScenarioRanking.as_view(),
        name="api_scenario_ranking",
    ),
    path(
        "scenarios/<int:pk>/apply/", scenario_api.ScenarioApply.as_view(), name="api_scenario_apply"
    ),
    path("personas/", persona_api.Personas.as_view(), name="api_personas"),
    path("personas/<int:pk>/", persona_api.OnePersona.as_view(), name="api_persona"),
    path("requirements/", requirements.Requirements.as_view(), name="api_requirements"),
    path("requirements/<int:pk>/", requirements.OneRequirement.as_view(), name="api_requirement"),
    path(
        "requirements/<int:pk>/ratings/",
        ratings.RatingsOfRequirement.as_view(),
        name="api_ratings_of_requirement",
    ),
    path(
        "requirements/<int:pk>/explanation/",
        explanation_api.Explanation.as_view(),
        name="api_explanation",
    ),
    path("requirements/<int:pk>/history/", history.History.as_view(), name="api_history"),
    path("ratings/<int:pk>/", ratings.OneRating.as_view(), name="api_rating"),
]
