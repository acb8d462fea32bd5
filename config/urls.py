from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("accounts.urls")),
    path("", include("products.urls")),
    path("", include("personas.urls")),
    path("", include("prioritisation.urls")),
    path("api/v1/", include("products.api.urls")),
    path("api/v1/", include("personas.api.urls")),
    path("api/v1/", include("prioritisation.api_urls")),
    path("admin/", admin.site.urls),
]

handler400 = "products.api.problems.bad_request"
handler404 = "products.api.problems.not_found"
handler500 = "products.api.problems.server_error"
