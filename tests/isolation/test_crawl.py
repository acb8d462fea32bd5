"""Every URL asked as everybody: nobody is told, or changes, what isn't theirs.

And the control: the crawl reports a hole of each kind, planted here and taken out again.
"""

import re

import pytest
from django.contrib import admin
from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.models import Token, User
from personas.models import Persona
from prioritisation.live import tickets as live
from prioritisation.live_updates import views as live_view
from prioritisation.log import reading
from prioritisation.overview import persona_api
from prioritisation.ranking import views as ranking
from prioritisation.ratings import api as ratings
from prioritisation.ratings.services import record_ratings
from prioritisation.requirements import views as requirement
from prioritisation.weighting import scenario_api
from products.models import Requirement
from tests.isolation.crawl import Attempts

#: All that use one world are run by one worker.
OF_THE_MODULE = "crawl"
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group(OF_THE_MODULE)]


@pytest.fixture
def found(crawl):
    """`found(url, pattern)`: what the crawl of this URL reports, up to the first that fits."""

    def search(url, pattern):
        wrong = crawl.run(Attempts(crawl, urls={url}), until=pattern).wrong
        return [one for one in wrong if re.search(pattern, one)]

    return search


#: what an owner can't do with any body, and why
REFUSED = {
    "member_leave": "the only owner stays",
}


def test_nobody_is_told_or_changes_what_is_not_theirs(crawl):
    """The first of each URL, method and kind of attempt, and some more; `make test-full`: all."""
    report = crawl.run(Attempts(crawl, share=0.005))

    assert not report.wrong, "\n".join(report.wrong[:30])
    assert report.asked > 1_500
    assert report.shown > 40


def test_the_control_the_crawl_asks_what_its_owner_may(crawl):
    refused = {url for url, _method in crawl.asks.refused.keys() - crawl.asks.accepted}

    assert refused <= REFUSED.keys()
    assert len(crawl.asks.accepted) > 80


def test_a_list_of_every_products_rows(found, monkeypatch):
    def get(self, request):
        page = self.paginate_queryset(Persona.objects.select_related("product"))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    monkeypatch.setattr(persona_api.Personas, "get", get)

    assert found("api_personas", "tells keptb")


def test_a_detail_that_is_found_by_its_number_alone(found, monkeypatch):
    def requirement_of(product, number):
        found = get_object_or_404(Requirement, number=number)
        found.product = product
        return found

    monkeypatch.setattr(requirement, "requirement_of", requirement_of)

    assert found("requirement_delete", "tells keptb")


def test_a_search_whose_or_lacks_brackets(found, monkeypatch):
    plain = reading._events

    def events(source, product_id, asked, most, *more):
        mine = list(plain(source, product_id, asked, most, *more))
        if not asked.text:
            return mine
        meant = reading._tells_of(source, asked.text, None)
        return [*mine, *source.events.objects.filter(meant)[:most]]

    monkeypatch.setattr(reading, "_events", events)

    assert found("log", "tells keptb")


def test_an_error_that_quotes_what_is_foreign(found, monkeypatch):
    def to_internal_value(self, data):
        model = Persona if self.related == "personas" else Requirement
        row = model.objects.filter(pk=data).first()
        if row is None or row.product != self.context["product"]:
            raise serializers.ValidationError(f"{row} is of another product.")
        return row.pk

    monkeypatch.setattr(ratings.OfProduct, "to_internal_value", to_internal_value)

    assert found("api_ratings_of_requirement", "tells keptb")


def test_a_bulk_body_whose_rows_say_their_product(found, monkeypatch):
    def record(self, given):
        made = []
        for one in given:
            product = Requirement.objects.get(pk=one["requirement"]).product
            new = ratings.NewRating(
                requirement_id=one["requirement"],
                persona_id=one["persona"],
                value=one["value"],
            )
            made += record_ratings(product=product, by=self.author, ratings=[new])
        return made

    monkeypatch.setattr(ratings.OfProduct, "to_internal_value", lambda self, data: int(data))
    monkeypatch.setattr(ratings.RatingsOfProduct, "record", record)

    assert found("api_ratings_of_product", "changes another product")


def test_a_rater_whom_the_body_names(found, monkeypatch):
    field = serializers.PrimaryKeyRelatedField(queryset=User.objects, required=False)
    fields = [*ratings.NewRatingSerializer.Meta.fields, "rater"]
    monkeypatch.setitem(ratings.NewRatingSerializer._declared_fields, "rater", field)
    monkeypatch.setattr(ratings.NewRatingSerializer.Meta, "fields", fields)

    def author(self):
        named = self.request.data.get("rater") if isinstance(self.request.data, dict) else None
        return User.objects.filter(pk=named).first() or self.request.user

    monkeypatch.setattr(ratings.RatingsOfRequirement, "author", property(author))

    assert found("api_ratings_of_requirement", "writes as somebody else")


def test_a_scenario_that_names_a_foreign_persona(found, monkeypatch):
    def validate_personas(self, given):
        for one in given:
            Persona.objects.get(pk=one["persona"])
        return given

    monkeypatch.setattr(scenario_api.ScenarioSerializer, "validate_personas", validate_personas)

    assert found("api_scenario", "of another product|fails")


def test_a_token_that_has_expired(found, monkeypatch):
    monkeypatch.setattr(
        Token, "why_unusable", lambda self, at: "revoked" if self.revoked_at else ""
    )

    assert found("api_products", "^expired token.*tells")


def test_a_file_with_every_products_rows(found, monkeypatch):
    plain = ranking.csv_of

    def csv_of(*args):
        return plain(*args) + "".join(row.title for row in Requirement.objects.all())

    monkeypatch.setattr(ranking, "csv_of", csv_of)

    assert found("ranking_csv", "tells keptb")


def test_a_ticket_to_another_products_stream(found, crawl, monkeypatch):
    foreign = crawl.world.foreign.product.pk
    monkeypatch.setattr(
        live_view, "live_url", lambda **given: live.live_url(**given | {"product_id": foreign})
    )

    assert found("standing", "gives a ticket")


def test_an_export_of_the_back_office_that_asks_for_no_permission(found, monkeypatch):
    office = type(admin.site._registry[Requirement])
    monkeypatch.setattr(office, "has_view_permission", lambda self, request, obj=None: True)

    assert found("admin:products_requirement_export", "who may nothing.*tells")


def test_a_rating_that_any_contributor_changes(found, monkeypatch):
    monkeypatch.setattr(ratings.OneRating, "initial", ratings.OneRow.initial)

    assert found("api_rating", "^contributor.*changes what another wrote")


class TestKindsBesideThose:
    def test_a_row_that_a_body_moves_to_another_product(self, found, monkeypatch):
        def patch(self, request, **kwargs):
            given = request.data.get("product_id")
            if given:
                Persona.objects.filter(pk=self.row.pk).update(updated_by=given)
            return Response({})

        monkeypatch.setattr(persona_api.OnePersona, "patch", patch)

        assert found("api_persona", "fails|writes as somebody else")

    def test_an_answer_that_tells_whether_a_foreign_row_is_there(self, found, monkeypatch):
        plain = ratings.OfProduct.to_internal_value

        def to_internal_value(self, data):
            if Persona.objects.exclude(product=self.context["product"]).filter(pk=data).exists():
                raise serializers.ValidationError("That is of another product.")
            return plain(self, data)

        monkeypatch.setattr(ratings.OfProduct, "to_internal_value", to_internal_value)

        assert found("api_ratings_of_requirement", "tells that it is there")
