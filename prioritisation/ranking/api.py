"""The ranking as JSON and as a file.

Its JSON is written by hand: made of dictionaries, the answer for 10,000 requirements and 48
personas (65 MB) took 2 s of processor time and the process to 560 MB; it takes half of both.
"""

import heapq
import json
import threading

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import quote_etag
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.utils.encoders import JSONEncoder
from rest_framework.utils.urls import remove_query_param, replace_query_param

from accounts.limits import Places, identity
from personas.models import Kind
from prioritisation.pipeline.waiting import wait_until_scored
from prioritisation.ranking.export import csv_of
from prioritisation.ranking.paging import read_page
from prioritisation.ranking.unserved import FIRST, starving
from prioritisation.scoring import flags as signals
from prioritisation.selectors.ranking_sql import ORDER
from prioritisation.selectors.rankings import ORDERS, standing_of
from products.api.base import ProductAPI
from products.api.conditions import tags_in
from products.api.pages import NOT_OURS, decoded, encoded
from products.models import MustReason, Status

MOST = 10_000
FLAGS = ("must_do", *signals.NAMES)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    pattern=r'^(\*|(W/)?"[^"]*"(, *(W/)?"[^"]*")*)$',
    description="The ETag of an earlier answer: 304 while it is as it was.",
)
ETAG = OpenApiParameter(
    "ETag",
    location=OpenApiParameter.HEADER,
    required=True,
    response=[200, 304],
    description="Of the scores' version and what was asked for.",
)
#: Waiting for a rescore holds a thread: at most a quarter of this process's may.
PLACES_TO_WAIT = max(2, settings.WEB_THREADS // 4)
waiting = threading.BoundedSemaphore(PLACES_TO_WAIT)
#: and of those one user never all
waits_of_a_user = Places("requests with ?after=", PLACES_TO_WAIT - 1)


class RankingFilters(serializers.Serializer):
    order = serializers.ChoiceField(ORDERS, default="score")
    status = serializers.ChoiceField(Status.choices, required=False)
    tag = serializers.CharField(max_length=40, allow_blank=True, default="")
    search = serializers.CharField(max_length=200, allow_blank=True, default="")
    ranked = serializers.BooleanField(default=True)


class RankingQuery(RankingFilters):
    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=MOST)
    cursor = serializers.CharField(max_length=200, required=False)
    after = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def validate(self, query):
        if "cursor" in query:
            try:
                query["cursor"] = Cursor.read(query["cursor"], query["order"])
            except (ValueError, KeyError):
                raise serializers.ValidationError({"cursor": NOT_OURS}) from None
        return query


class Cursor:
    """A version of the scores, and a place in it to go on from, forth or back."""

    def __init__(self, version, place, *, backwards):
        self.version, self.place, self.backwards = version, place, backwards

    def __str__(self):
        return encoded(self.version, "b" if self.backwards else "f", *self.place)

    @classmethod
    def read(cls, text, order):
        """Raises ValueError or KeyError."""
        version, direction, *place = decoded(text)
        place = [int(number) for number in place]
        if len(place) != len(ORDER[order]) or any(abs(number) > 2**31 for number in place):
            raise ValueError
        return cls(int(version), place, backwards={"f": False, "b": True}[direction])


class RankingMoved(APIException):
    status_code = 409
    default_code = "ranking_moved"
    default_detail = "The ranking has moved since that page: begin anew at first."

    def __init__(self, first):
        super().__init__()
        self.more = {"first": first}


class PartSerializer(serializers.Serializer):
    persona = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(Kind.choices)
    points = serializers.FloatField()


class RankedSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    key = serializers.CharField()
    number = serializers.IntegerField()
    title = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    tags = serializers.ListField(child=serializers.CharField())
    effort = serializers.FloatField(allow_null=True)
    must_reason = serializers.ChoiceField(MustReason.choices)
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
    flags = serializers.ListField(child=serializers.ChoiceField(FLAGS))
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
    A cursor is of one version: once the ranking has moved, 409 names its first page as `first`.
    """

    declared_role = {"GET": "read"}
    operations = {"GET": "Get the ranking"}
    also_refuses = {"GET": (409,)}
    query_serializer = RankingQuery
    serializer_class = RankingSerializer

    @extend_schema(
        parameters=[IF_NONE_MATCH, ETAG],
        responses={200: RankingSerializer, 304: OpenApiResponse(description="It is as it was.")},
    )
    def get(self, request, key):
        query = self.query
        if "after" in query:
            with waits_of_a_user.held_by(identity(request.user)):
                _wait(self.product.pk, query["after"])
        known = tags_in(request, "If-None-Match")
        etag = known and self._etag(standing_of(self.product.pk))
        if known and etag.strip('"') in known:
            return HttpResponse(status=304, headers={"ETag": etag})
        cursor = query.get("cursor")
        page = read_page(
            self.product,
            limit=query["limit"],
            after=cursor and cursor.place,
            backwards=bool(cursor and cursor.backwards),
            **_filters(query),
        )
        if cursor and cursor.version != page.ranking.version:
            raise RankingMoved(remove_query_param(request.build_absolute_uri(), "cursor"))
        return HttpResponse(
            self._json(page, query),
            content_type="application/json",
            headers={"ETag": self._etag(page.ranking.standing)},
        )

    def _etag(self, standing):
        asked = self.request.query_params.urlencode()
        return quote_etag(f"{standing.validator}?{asked}".replace('"', ""))

    def _json(self, page, query):
        ranking, results, top = page.ranking, [], []
        text_of = RowText(ranking.personas)
        for part in page.parts():
            results.append(",".join(map(text_of, part)).encode())
            top = _first(top, part)
        head = {
            "product": self.product.key,
            "version": ranking.version,
            "computed_at": ranking.computed_at,
            "stale": ranking.stale,
            "next": self._link(page.more_after, page.last, ranking, backwards=False),
            "previous": self._link(page.more_before, page.first, ranking, backwards=True),
            "starved": _starved(top, ranking, query),
        }
        # One that was just deleted may have left a part empty.
        whole = b",".join(filter(None, results))
        del results
        return b'%s,"results":[%s]}' % (_dumps(head)[:-1].encode(), whole)

    def _link(self, more, place, ranking, *, backwards):
        if not (more and place):
            return None
        cursor = Cursor(ranking.version, place, backwards=backwards)
        return replace_query_param(self.request.build_absolute_uri(), "cursor", str(cursor))


def _filters(query):
    return {
        "order": query["order"],
        "statuses": [query["status"]] if "status" in query else None,
        "only_ranked": query["ranked"],
        "tag": query["tag"],
        "search": query["search"],
    }


def _first(top, rows):
    """Of both, the FIRST by rank."""
    ranked = (row for row in rows if row.rank is not None)
    return heapq.nsmallest(FIRST, [*top, *ranked], key=lambda row: (row.rank, row.number))


def _starved(top, ranking, query):
    filtered = query["tag"] or query["search"] or "status" in query
    top_is_here = (query["order"] == "score" and query["limit"] >= FIRST) or not ranking.has_more
    if filtered or "cursor" in query or not top_is_here:
        return None
    found = starving(top, ranking.personas)
    return [{"id": persona.id, "name": persona.name} for persona in found]


def _wait(product_id, change_id):
    if not waiting.acquire(blocking=False):
        return
    try:
        wait_until_scored(product_id, change_id)
    finally:
        waiting.release()


def _dumps(value):
    return json.dumps(
        value, cls=JSONEncoder, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def _points(value):
    return None if value is None else value / 10_000


class RowText:
    """The JSON of a Row; what is said of a persona in each row is written once."""

    def __init__(self, personas):
        self._part = {
            who.id: _dumps({"persona": who.id, "name": who.name, "kind": who.kind})[:-1]
            + ',"points":'
            for who in personas
        }
        self._payers = {who.id for who in personas if not who.is_end_user}

    def __call__(self, row):
        lost = {pk: points for pk, points in row.unrealised.items() if pk in self._payers}
        return (
            f'{_dumps(_result(row))[:-1]},"contributions":[{self._parts(row.contributions)}],'
            f'"unrealised":[{self._parts(lost)}]}}'
        )

    def _parts(self, points):
        part = self._part
        return ",".join([f"{part[pk]}{value / 10_000!r}}}" for pk, value in points.items()])


def _result(row):
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
    }


class RankingCSV(ProductAPI):
    """The ranking as a file for spreadsheets."""

    declared_role = {"GET": "read"}
    operations = {"GET": "Get the ranking as CSV"}
    # JSON too: many clients ask for nothing else, whatever they ask.
    media_types = ("text/csv", "application/json")
    query_serializer = RankingFilters
    serializer_class = RankingSerializer

    @extend_schema(responses={(200, "text/csv"): str})
    def get(self, request, key):
        page = read_page(self.product, **_filters(self.query))
        return HttpResponse(
            csv_of(page.ranking, page.rows()),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{key}-ranking.csv"'},
        )
