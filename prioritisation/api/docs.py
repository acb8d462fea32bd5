"""OpenAPI and its reader: drf-spectacular's, self-hosted, under our Content Security Policy."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SaysItsMethods:
    """Mixin: OPTIONS tells the methods. DRF's own answer is data, for which no page is there."""

    def options(self, request, *args, **kwargs):
        return HttpResponse(headers={"Allow": ", ".join(self.allowed_methods)})


class Schema(SaysItsMethods, SpectacularAPIView):
    declared_role = "public"
    authentication_classes = ()


# Swagger's own page sets style attributes and draws with data: images; scripts stay ours.
@method_decorator(csp_update({"style-src": [SELF, "'unsafe-inline'"]}), name="dispatch")
class Docs(SaysItsMethods, SpectacularSwaggerSplitView):
    declared_role = "public"
    authentication_classes = ()
    url_name = "api_schema"
