"""The forms of a requirement's page: itself, what is decided, a rating, a comment."""

from copy import copy

from django import forms

from prioritisation.decisions.services import check_decision
from prioritisation.models import Basis, Rating
from prioritisation.presentation.formatting import signed
from prioritisation.ratings.services import NewRating, record_ratings
from products.forms import VersionedForm
from products.models import Comment, MustReason, Requirement
from products.versions import holds_alike

MUST_DO = ("must_reason", "must_note", "must_by")


class TagsField(forms.CharField):
    """Words apart by commas, as a list."""

    def prepare_value(self, value):
        return value if isinstance(value, str) or value is None else ", ".join(value)

    def to_python(self, value):
        return list(dict.fromkeys(filter(None, (tag.strip() for tag in (value or "").split(",")))))

    def validate(self, value):
        if len(value) > 20:
            raise forms.ValidationError("At most 20 tags.")
        if any(len(tag) > 40 for tag in value):
            raise forms.ValidationError("A tag has at most 40 characters.")

    def run_validators(self, value):
        for tag in value:
            super().run_validators(tag)

    def has_changed(self, initial, data):
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class Deciding:
    """What is planned although it harms somebody needs a line of reason."""

    def clean(self):
        super().clean()
        decided = self.cleaned_data
        if {"status", "decision"} <= decided.keys():
            check_decision(self.instance, status=decided["status"], decision=decided["decision"])
        return decided


class RequirementForm(Deciding, VersionedForm):
    """Without `may_set_must_do` those fields are left out. The instance's product is loaded."""

    limits = {"effort": (0.01, 1_000_000)}
    tags = TagsField(required=False, max_length=1_000, help_text="Apart by commas.")
    external_url = forms.URLField(
        label="Address elsewhere", required=False, max_length=500, assume_scheme="https"
    )

    class Meta:
        model = Requirement
        fields = [
            "title",
            "description",
            "effort",
            "tags",
            "status",
            "decision",
            *MUST_DO,
            "external_id",
            "external_url",
        ]
        labels = {
            "must_note": "Which law, contract, risk",
            "must_by": "By when",
            "external_id": "Id elsewhere",
        }
        widgets = {
            "description": forms.Textarea(attrs={"rows": 6}),
            "decision": forms.Textarea(attrs={"rows": 2}),
            "must_by": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args, may_set_must_do, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["effort"].help_text = f"In {self.instance.product.effort_unit}."
        if not may_set_must_do:
            for name in MUST_DO:
                del self.fields[name]
        else:
            self.fields["must_reason"].choices = MustReason.choices

    def clean_external_id(self):
        """Told beside the field; the database's own check knows the product only when saving."""
        found = self.cleaned_data["external_id"]
        twins = self.instance.product.requirements.filter(external_id=found)
        if found and twins.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("Another requirement has this id.")
        return found


class EstimateForm(VersionedForm):
    limits = {"effort": (0.01, 1_000_000)}
    number = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Requirement
        fields = ["effort"]


class DecisionForm(Deciding, VersionedForm):
    class Meta:
        model = Requirement
        fields = ["status", "decision"]
        widgets = {"decision": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="decide_%s", **kwargs)


class CommentForm(VersionedForm):
    """The instance is the one that is edited, or an unsaved one."""

    class Meta:
        model = Comment
        fields = ["text"]
        labels = {"text": "Comment"}
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, instance, **kwargs):
        prefix = f"comment-{instance.pk}" if instance.pk else "comment"
        super().__init__(*args, instance=instance, auto_id=f"{prefix}_%s", **kwargs)
        if instance.pk is None:
            self.fields["text"].widget.attrs["placeholder"] = "Add a comment"


class RatingForm(VersionedForm):
    """The user's own rating of a requirement for one persona, recorded or changed.

    The instance is the one that is there, or an unsaved one.
    """

    value = forms.TypedChoiceField(
        label="How much",
        coerce=int,
        choices=[(value, signed(value)) for value in range(-5, 6)],
        widget=forms.RadioSelect(attrs={"class": "sr"}),
        error_messages={
            "invalid_choice": "A rating is a whole number from −5 to 5.",
            "required": "Choose a number from −5 to 5.",
        },
    )

    class Meta:
        model = Rating
        fields = ["value", "basis", "note"]
        labels = {"basis": "How do you know"}
        widgets = {"basis": forms.RadioSelect(attrs={"class": "sr"})}

    def __init__(self, data=None, *, instance, basis=Basis.GUESSED):
        initial = {} if instance.pk else {"basis": basis}
        super().__init__(data, instance=instance, auto_id="rate_%s", initial=initial)
        self.fields["basis"].choices = Basis.choices
        # Rated in another window since this form, which knows of no rating, was opened.
        self.overtaken = bool(self.is_bound and instance.pk and not self.data.get("version"))
        if self.overtaken:
            self.data = self.data.copy()
            self.data["version"] = instance.version

    @property
    def status(self):
        return 422 if self.errors else super().status

    def _post_clean(self):
        stored = copy(self.instance)
        super()._post_clean()
        # Sent twice, it says the same.
        if self.overtaken and not self.errors and not self._says_what(stored):
            was = f"{signed(stored.value)}, {stored.basis}"
            self._note_conflict(stored)
            self.add_error(
                None, f"Meanwhile you said {was} in another window. Save again to replace that."
            )

    def _says_what(self, stored):
        return holds_alike(self.instance, stored, self.edited)

    def save_rating(self, *, by):
        """The Rating, or None after a conflict."""
        mine = self.instance
        if mine.pk:
            return self.save_current(by=by)
        new = NewRating(mine.requirement_id, mine.persona_id, **self.cleaned_data)
        # Two windows find no rating; both save; the second waits for the first one's COMMIT, and
        # would replace what nobody in it has seen.
        made = record_ratings(product=mine.product, by=by, ratings=[new], replacing=False)
        if made:
            return made[0]
        there = Rating.objects.filter(rater=by, requirement=mine.requirement, persona=mine.persona)
        stored = there.first()
        return self._overtaken_by(stored) if stored else self.save_rating(by=by)

    def _overtaken_by(self, stored):
        if self._says_what(stored):
            return stored
        self.fields["version"] = copy(self.base_fields["version"])
        self._note_conflict(stored)
        return None
