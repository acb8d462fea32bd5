"""OpenAPI and its reader: drf-spectacular's, self-hosted, under our Content Security Policy."""

from csp.constants import SELF
from csp.decorators import csp_update
from django.http import HttpResponse
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer

from products.api.strict import refuse_unknown_query


class Plain:
    """Mixin: OPTIONS tells the methods, and what isn't known is refused, as everywhere else in the
    API. DRF's own answers are data, for which no page is there."""

    query_names = frozenset()

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        try:
            refuse_unknown_query(request.query_params, self.query_names)
        except ValidationError:
            request.accepted_renderer = JSONRenderer()
            raise

    def options(self, request, *args, **kwargs):
        return HttpResponse(headers={"Allow": ", ".join(self.allowed_methods)})


class Schema(Plain, SpectacularAPIView):
    query_names = frozenset({"format"})
    declared_role = "public"
    authentication_classes = ()


# Swagger's own page sets style attributes and draws with data: images; scripts stay ours.
@method_decorator(csp_update({"style-src": [SELF, "'unsafe-inline'"]}), name="dispatch")
class Docs(Plain, SpectacularSwaggerSplitView):
    declared_role = "public"
    authentication_classes = ()
    url_name = "api_schema"
    query_names = frozenset({"script"})  # by which the page fetches its own
