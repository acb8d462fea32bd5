from django.urls import path

from prioritisation.views import health, imports, personas, policy, products, rate, start

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", products.products, name="products"),
    path("samples/remove/", products.samples_remove, name="samples_remove"),
    path("products/new/", start.product_new, name="product_new"),
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
