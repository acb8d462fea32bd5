from django.urls import include, path

from prioritisation.comparison import views as comparison
from prioritisation.history import views as history
from prioritisation.imports import start_views
from prioritisation.imports import views as imports
from prioritisation.live_updates import views as live_updates
from prioritisation.log import views as log
from prioritisation.outcomes import views as outcomes
from prioritisation.overview import persona_views, product_views
from prioritisation.pipeline import health
from prioritisation.ranking import views as ranking
from prioritisation.ratings import views as ratings
from prioritisation.requirements import bulk_views, comment_views, edit_views
from prioritisation.requirements import views as requirements
from prioritisation.robustness import views as robustness
from prioritisation.value_map import views as value_map
from prioritisation.weighting import policy_views, scenario_views
from prioritisation.weighting import views as weighting
from products.views import security_txt

of_a_requirement = [
    path("", requirements.requirement, name="requirement"),
    path("edit/", edit_views.requirement_edit, name="requirement_edit"),
    path("delete/", edit_views.requirement_delete, name="requirement_delete"),
    path("decide/", requirements.requirement_decide, name="requirement_decide"),
    path("follow/", requirements.requirement_follow, name="requirement_follow"),
    path("rate/", requirements.requirement_rate, name="requirement_rate"),
    path("ratings/<int:pk>/withdraw/", requirements.rating_withdraw, name="rating_withdraw"),
    path("why/", requirements.requirement_why, name="requirement_why"),
    path("sure/", requirements.requirement_sure, name="requirement_sure"),
    path("comments/", comment_views.comment_new, name="comment_new"),
    path("comments/<int:pk>/edit/", comment_views.comment_edit, name="comment_edit"),
    path("comments/<int:pk>/delete/", comment_views.comment_delete, name="comment_delete"),
]
of_scenarios = [
    path("", scenario_views.scenarios, name="scenarios"),
    path("new/", scenario_views.scenario_new, name="scenario_new"),
    path("new/preview/", scenario_views.scenario_preview, name="scenario_new_preview"),
    path("<int:pk>/", scenario_views.scenario_edit, name="scenario_edit"),
    path("<int:pk>/preview/", scenario_views.scenario_preview, name="scenario_preview"),
    path("<int:pk>/apply/", scenario_views.scenario_apply, name="scenario_apply"),
    path("<int:pk>/delete/", scenario_views.scenario_delete, name="scenario_delete"),
]
urlpatterns = [
    path(".well-known/security.txt", security_txt.security_txt, name="security_txt"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", product_views.products, name="products"),
    path("samples/remove/", product_views.samples_remove, name="samples_remove"),
    path("products/new/", start_views.product_new, name="product_new"),
    path("p/<str:key>/", ranking.ranking, name="ranking"),
    path("p/<str:key>/ranking/", ranking.ranking_fragment, name="ranking_fragment"),
    path("p/<str:key>/standing/", live_updates.standing, name="standing"),
    path("p/<str:key>/ranking.csv", ranking.ranking_csv, name="ranking_csv"),
    path("p/<str:key>/requirements/new/", edit_views.requirement_new, name="requirement_new"),
    path("p/<str:key>/requirements/<int:number>/", include(of_a_requirement)),
    path("p/<str:key>/mentionable/", comment_views.mentionable, name="mentionable"),
    path("p/<str:key>/bulk/", bulk_views.bulk, name="bulk"),
    path("p/<str:key>/estimate/", edit_views.requirement_estimate, name="estimate"),
    path("p/<str:key>/start/", start_views.start, name="start"),
    path("p/<str:key>/start/add/", start_views.start_add, name="start_add"),
    path("p/<str:key>/start/ranking/", start_views.start_ranking, name="start_ranking"),
    path("p/<str:key>/ask/", comparison.ask, name="ask"),
    path("p/<str:key>/compare/", comparison.compare, name="compare"),
    path("p/<str:key>/lenses/", comparison.other_lenses, name="lenses"),
    path("p/<str:key>/rate/", ratings.rate, name="rate"),
    path("p/<str:key>/rate/cells/", ratings.rate_cells, name="rate_cells"),
    path("p/<str:key>/rate/changes/", ratings.rate_changes, name="rate_changes"),
    path("p/<str:key>/map/", value_map.value_map, name="map"),
    path("p/<str:key>/history/", history.history, name="history"),
    path("p/<str:key>/log/", log.log, name="log"),
    path("p/<str:key>/log.csv", log.log_csv, name="log_csv"),
    path("p/<str:key>/shipped/", outcomes.shipped, name="shipped"),
    path("p/<str:key>/personas/", persona_views.personas, name="personas"),
    path("p/<str:key>/personas/<int:pk>/readings/", persona_views.reading_new, name="reading_new"),
    path("p/<str:key>/weighed/", policy_views.policy, name="policy"),
    path("p/<str:key>/weighed/preview/", policy_views.policy_preview, name="policy_preview"),
    path("p/<str:key>/who/", weighting.who, name="who"),
    path("p/<str:key>/preview/", weighting.preview, name="preview"),
    path("p/<str:key>/sure/", robustness.sure, name="sure"),
    path("p/<str:key>/sure/plausible/", robustness.plausible, name="plausible"),
    path("p/<str:key>/scenarios/", include(of_scenarios)),
    path("p/<str:key>/import/", imports.import_sheet, name="import"),
]
