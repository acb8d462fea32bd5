"""OpenAPI and its reader: drf-spectacular's, self-hosted, under our Content Security Policy."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    declared_role = "public"
    authentication_classes = ()


# Swagger's own page sets style attributes and draws with data: images; scripts stay ours.
@method_decorator(csp_update({"style-src": [SELF, "'unsafe-inline'"]}), name="dispatch")
class Docs(SpectacularSwaggerSplitView):
    declared_role = "public"
    authentication_classes = ()
    url_name = "api_schema"
