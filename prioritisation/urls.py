from django.urls import include, path

from prioritisation.views import (
    health,
    imports,
    personas,
    policy,
    products,
    ranking,
    rate,
    requirement,
    requirement_form,
    start,
)

of_a_requirement = [
    path("", requirement.requirement, name="requirement"),
    path("edit/", requirement_form.requirement_edit, name="requirement_edit"),
    path("delete/", requirement_form.requirement_delete, name="requirement_delete"),
    path("decide/", requirement.requirement_decide, name="requirement_decide"),
    path("rate/", requirement.requirement_rate, name="requirement_rate"),
    path("ratings/<int:pk>/withdraw/", requirement.rating_withdraw, name="rating_withdraw"),
    path("comment/", requirement.comment_new, name="comment_new"),
]
urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", products.products, name="products"),
    path("samples/remove/", products.samples_remove, name="samples_remove"),
    path("products/new/", start.product_new, name="product_new"),
    path("p/<str:key>/", ranking.ranking, name="ranking"),
    path("p/<str:key>/ranking/", ranking.ranking_fragment, name="ranking_fragment"),
    path("p/<str:key>/ranking.csv", ranking.ranking_csv, name="ranking_csv"),
    path("p/<str:key>/requirements/new/", requirement_form.requirement_new, name="requirement_new"),
    path("p/<str:key>/requirements/<int:number>/", include(of_a_requirement)),
    path("p/<str:key>/estimate/", requirement_form.requirement_estimate, name="estimate"),
    path("p/<str:key>/start/", start.start, name="start"),
    path("p/<str:key>/start/add/", start.start_add, name="start_add"),
    path("p/<str:key>/start/ranking/", start.start_ranking, name="start_ranking"),
    path("p/<str:key>/rate/", rate.rate, name="rate"),
    path("p/<str:key>/rate/cell/", rate.rate_cell, name="rate_cell"),
    path("p/<str:key>/rate/scores/", rate.rate_scores, name="rate_scores"),
    path("p/<str:key>/personas/", personas.personas, name="personas"),
    path("p/<str:key>/personas/<int:pk>/readings/", personas.reading_new, name="reading_new"),
    path("p/<str:key>/weighed/", policy.policy, name="policy"),
    path("p/<str:key>/weighed/words/", policy.policy_sentences, name="policy_sentences"),
    path("p/<str:key>/import/", imports.import_sheet, name="import"),
]
