from django.contrib import admin
from django.core.exceptions import ValidationError

from accounts.models import AccountEvent
from prioritisation.log.admin import LogAdmin
from prioritisation.models import (
    PARAMETERS,
    ProductChange,
    Rating,
    Scenario,
    ScenarioPersona,
    Score,
    ScoreChange,
    ScoringPolicy,
    ScoringRun,
    ScoringState,
)
from prioritisation.pipeline.product_admin import ScoredProductAdmin as ScoredProductAdmin
from prioritisation.requirements.forms import Deciding
from prioritisation.scoring.formula import UNIT
from products.admin import RequirementAdmin
from products.admin_base import BackOfficeForm, InputAdmin, ReadOnlyAdmin
from products.admin_export import CsvExport
from products.models import Requirement


class RatingForm(BackOfficeForm):
    def clean(self):
        cleaned = super().clean()
        requirement, persona = cleaned.get("requirement"), cleaned.get("persona")
        if requirement and persona and requirement.product_id != persona.product_id:
            raise ValidationError({"persona": "This persona is of another product."})
        return cleaned


class DecidedRequirementForm(Deciding, BackOfficeForm):
    """Whether it harms somebody is known here, and not where requirements are."""


@admin.register(Requirement)
class DecidedRequirementAdmin(RequirementAdmin):
    form = DecidedRequirementForm


@admin.register(Rating)
class RatingAdmin(CsvExport, InputAdmin):
    form = RatingForm
    export_columns = {
        "product": "product.key",
        "number": "requirement.number",
        "requirement": "requirement.title",
        "persona": "persona.name",
        "value": "value",
        "basis": "basis",
        "note": "note",
        "rater": "rater.username",
        "source": "source",
        "updated_at": "updated_at",
    }
    list_display = ["requirement", "persona", "value", "basis", "rater", "source", "updated_at"]
    list_filter = ["basis", "value", ("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["requirement", "persona", "rater"]
    search_fields = ["requirement__title", "persona__name", "product__key", "note", "source"]
    autocomplete_fields = ["requirement", "persona", "rater"]
    # Whose word it is: that of somebody else is another rating.
    fixed_fields = ["requirement", "persona", "rater", "source"]
    fields = ["requirement", "persona", "value", "basis", "note", "rater", "source"]

    def save_model(self, request, obj, form, change):
        obj.product_id = obj.requirement.product_id
        super().save_model(request, obj, form, change)


@admin.register(ScoringPolicy)
class ScoringPolicyAdmin(InputAdmin):
    """One a product, from its beginning to its end."""

    list_display = ["product", "end_user_say", "people_exponent", "gap_emphasis", "responsiveness"]
    list_select_related = ["product"]
    search_fields = ["product__key", "product__name"]
    fixed_fields = ["product"]
    fields = [
        "product", "end_user_say", "people_exponent", "gap_emphasis", "responsiveness",
        "assumed_adoption", "assumed_seats", "reason",
    ]  # fmt: skip

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Scenario)
class ScenarioAdmin(InputAdmin):
    """Its personas are changed where it is previewed."""

    list_display = ["product", "name", "end_user_say", "created_by", "updated_at"]
    list_select_related = ["product", "created_by"]
    list_filter = [("product", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["name", "note", "product__key"]
    fixed_fields = ["product"]
    fields = ["product", "name", "note", *PARAMETERS]

    def has_add_permission(self, request):
        return False


@admin.register(ScenarioPersona)
class ScenarioPersonaAdmin(ReadOnlyAdmin):
    list_display = ["scenario", "persona", "importance", "installed", "active", "worked_around"]
    list_select_related = ["scenario", "persona"]
    search_fields = ["scenario__name", "persona__name"]


def points(column, description):
    """A column of ten-thousandths, shown as points."""

    @admin.display(description=description, ordering=column)
    def column_shown(_admin, row):
        return f"{getattr(row, column) / UNIT:.4f}"

    return column_shown


class ScoreColumns:
    score_shown = points("score", "score")
    low_shown = points("low", "could be")
    high_shown = points("high", "to")
    measures = ["score_shown", "low_shown", "high_shown", "answered", "reach", "ranked"]


@admin.register(Score)
class ScoreAdmin(ScoreColumns, ReadOnlyAdmin):
    list_display = ["requirement", "product", *ScoreColumns.measures]
    list_filter = ["ranked", ("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["requirement", "product"]
    search_fields = ["requirement__title", "product__key"]
    ordering = ["product", "-score"]


@admin.register(ScoreChange)
class ScoreChangeAdmin(ScoreColumns, ReadOnlyAdmin):
    list_display = ["created_at", "requirement_key", *ScoreColumns.measures, "run"]
    list_filter = ["ranked", ("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["run"]
    search_fields = ["requirement_key"]
    ordering = ["-id"]


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin):
    list_display = ["product", "version", "computed_at", "algorithm", "cause_tables"]
    list_filter = [("product", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["product"]
    search_fields = ["product__key"]
    ordering = ["-id"]


@admin.register(ScoringState)
class ScoringStateAdmin(ReadOnlyAdmin):
    list_display = ["product", "run", "failed_at", "error"]
    list_select_related = ["product", "run"]
    search_fields = ["product__key", "error"]


@admin.register(ProductChange)
class ProductChangeAdmin(ReadOnlyAdmin):
    """The marks: what waits to be rescored, and since when."""

    list_display = ["created_at", "product_id", "requirement_id", "table_name", "change_id"]
    search_fields = ["=product_id", "table_name"]
    ordering = ["-id"]


admin.site.register(AccountEvent, LogAdmin)
