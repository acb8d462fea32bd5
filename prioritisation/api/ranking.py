import base64
import threading

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import quote_etag
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from accounts.limits import Places, identity
from prioritisation.ranking.export import csv_of
from prioritisation.ranking.starving import FIRST, starving
from prioritisation.selectors import ORDERS, read_ranking, standing_of
from prioritisation.waiting import wait_until_scored
from products.api.base import ProductAPI
from products.api.conditions import tags_in
from products.models import Status

MOST = 10_000
#: Waiting for a rescore holds a thread: at most a quarter of this process's may.
PLACES_TO_WAIT = max(2, settings.WEB_THREADS // 4)
waiting = threading.BoundedSemaphore(PLACES_TO_WAIT)
#: and of those one user never all
waits_of_a_user = Places("requests with ?after=", PLACES_TO_WAIT - 1)


class RankingQuery(serializers.Serializer):
    order = serializers.ChoiceField(ORDERS, default="score")
    status = serializers.ChoiceField(Status.choices, required=False)
    tag = serializers.CharField(max_length=40, required=False, default="")
    search = serializers.CharField(max_length=200, required=False, default="")
    ranked = serializers.BooleanField(default=True)
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=MOST)
    cursor = serializers.CharField(max_length=40, required=False, default="")
    after = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def validate_cursor(self, cursor):
        if not cursor:
            return 0
        try:
            offset = int(base64.urlsafe_b64decode(cursor.encode()).removeprefix(b"o="))
        except ValueError:
            offset = -1
        if not 0 <= offset < 2**31:
            raise serializers.ValidationError("This isn't a cursor of ours.")
        return offset


class PartSerializer(serializers.Serializer):
    persona = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    points = serializers.FloatField()


class RankedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    key = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    effort = serializers.FloatField(allow_null=True)
    must_reason = serializers.CharField()
    must_by = serializers.DateField(allow_null=True)
    external_id = serializers.CharField()
    external_url = serializers.CharField()


class ResultSerializer(serializers.Serializer):
    rank = serializers.IntegerField(allow_null=True)
    effort_rank = serializers.IntegerField(allow_null=True)
    requirement = RankedSerializer()
    score = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    reach = serializers.FloatField(allow_null=True)
    answered = serializers.FloatField(allow_null=True)
    value_for_effort = serializers.FloatField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    contributions = PartSerializer(many=True)
    unrealised = PartSerializer(many=True)


class StarvedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class RankingSerializer(serializers.Serializer):
    """The product's order, as of one version of its scores."""

    # For the schema alone: rows are written by hand, ten thousand at once.

    product = serializers.CharField()
    version = serializers.IntegerField()
    computed_at = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    starved = StarvedSerializer(
        many=True,
        allow_null=True,
        help_text="Personas to whom nothing in the top ten is worth more than +1; null where this"
        " answer doesn't hold all of the top ten: it begins further down, is filtered or short.",
    )
    results = ResultSerializer(many=True)


class Ranking(ProductAPI):
    """The ranking, and why: each score with what every persona adds.

    `?after=` takes the `Userward-Change` of a write and answers once it is in the scores.
    """

    declared_role = {"GET": "read"}
    query_serializer = RankingQuery
    serializer_class = RankingSerializer

    @extend_schema(responses=RankingSerializer)
    def get(self, request, key):
        query = self.query
        if "after" in query:
            with waits_of_a_user.held_by(identity(request.user)):
                _wait(self.product.pk, query["after"])
        known = tags_in(request, "If-None-Match")
        etag = known and self._etag(standing_of(self.product.pk))
        if known and etag.strip('"') in known:
            return HttpResponse(status=304, headers={"ETag": etag})
        ranking = read_ranking(
            self.product,
            order=query["order"],
            statuses=[query["status"]] if "status" in query else None,
            only_ranked=query["ranked"],
            tag=query["tag"],
            search=query["search"],
            limit=query["limit"],
            offset=query["cursor"],
        )
        return Response(self._body(ranking, query), headers={"ETag": self._etag(ranking.standing)})

    def _etag(self, standing):
        asked = self.request.query_params.urlencode()
        return quote_etag(f"{standing.validator}?{asked}".replace('"', ""))

    def _body(self, ranking, query):
        here = self.request.build_absolute_uri()
        offset, limit = query["cursor"], query["limit"]

        def page(at):
            text = base64.urlsafe_b64encode(f"o={at}".encode()).decode()
            return replace_query_param(here, "cursor", text)

        personas = {persona.id: persona for persona in ranking.personas}
        return {
            "product": self.product.key,
            "version": ranking.version,
            "computed_at": ranking.computed_at,
            "stale": ranking.stale,
            "next": page(offset + limit) if ranking.has_more else None,
            "previous": page(max(offset - limit, 0)) if offset else None,
            "starved": _starved(ranking, query),
            "results": [_result(row, personas) for row in ranking.rows],
        }


def _starved(ranking, query):
    filtered = query["tag"] or query["search"] or "status" in query
    top_is_here = (query["order"] == "score" and query["limit"] >= FIRST) or not ranking.has_more
    if filtered or query["cursor"] or not top_is_here:
        return None
    found = starving(ranking.rows, ranking.personas)
    return [{"id": persona.id, "name": persona.name} for persona in found]


def _wait(product_id, change_id):
    if not waiting.acquire(blocking=False):
        return
    try:
        wait_until_scored(product_id, change_id)
    finally:
        waiting.release()


def _points(value):
    return None if value is None else value / 10_000


def _result(row, personas):
    def parts(points, *, payers_only=False):
        return [
            {
                "persona": pk,
                "name": personas[pk].name,
                "kind": personas[pk].kind,
                "points": value / 10_000,
            }
            for pk, value in points.items()
            if not (payers_only and personas[pk].is_end_user)
        ]

    return {
        "rank": row.rank,
        "effort_rank": row.effort_rank,
        "requirement": {
            "id": row.requirement_id,
            "key": row.key,
            "number": row.number,
            "title": row.title,
            "status": row.status,
            "tags": row.tags,
            "effort": row.effort,
            "must_reason": row.must_reason,
            "must_by": row.must_by,
            "external_id": row.external_id,
            "external_url": row.external_url,
        },
        "score": _points(row.score),
        "low": _points(row.low),
        "high": _points(row.high),
        "reach": row.reach,
        "answered": row.answered,
        "value_for_effort": row.value_for_effort,
        "flags": row.flags,
        "contributions": parts(row.contributions),
        "unrealised": parts(row.unrealised, payers_only=True),
    }


class RankingCSV(ProductAPI):
    """The ranking as a file for spreadsheets."""

    declared_role = {"GET": "read"}
    # JSON too: many clients ask for nothing else, whatever they ask.
    media_types = ("text/csv", "application/json")
    serializer_class = RankingSerializer

    @extend_schema(responses={(200, "text/csv"): str})
    def get(self, request, key):
        ranking = read_ranking(self.product)
        return HttpResponse(
            csv_of(ranking, ranking.rows),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{key}-ranking.csv"'},
        )
