"""Bring a sheet's requirements and ratings into a product: all of it or nothing."""

from copy import copy
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.history import acting
from prioritisation.decisions.services import plans_unexplained, whom_ratings_harm
from prioritisation.imports.sheet import RowError, SheetError, parse
from prioritisation.models import Basis, Rating
from prioritisation.ratings.services import NewRating, record_ratings
from products.models import Product, Requirement
from products.services import add_requirements

OVERTAKEN = "you have just answered this in another window. Import again to replace that."


@dataclass
class Report:
    """What an import did or, on a dry run, would do."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    ratings: int = 0
    """Ratings that are new or differ; those that say the same as before aren't written."""
    lines: list = field(default_factory=list)
    """One Line a row of the sheet."""


@dataclass(frozen=True, slots=True)
class Line:
    row: int
    title: str
    verb: str
    """new, changed or unchanged: what happens to the requirement."""
    fields: tuple
    """The names of the requirement's fields that change."""
    ratings: int


def import_ratings(*, product, text, basis, by, from_scale=None, dry_run=False, source="import"):
    """Import a sheet (see imports.py) as the user `by`; return the Report.

    Raises SheetError, with every wrong row, having changed nothing. A row finds its requirement
    by external_id or, without one, by title, else it's a new one: so a second import of the same
    sheet writes nothing, and marks nothing. Ratings are `by`'s own, known by `basis`; where that
    is None, one that is there keeps its own, and others are guessed. Nothing is ever removed.
    """
    names = product.personas.values_list("name", flat=True)
    sheet = parse(text, from_scale=from_scale, personas=names)
    return import_sheet(
        product=product, sheet=sheet, basis=basis, by=by, dry_run=dry_run, source=source
    )


def import_sheet(*, product, sheet, basis, by, dry_run=False, source="import"):
    """`import_ratings` for a sheet that has been parsed."""
    with acting(means="import", user=by), transaction.atomic():
        # One import of a product at a time, or two would both find that a row is new.
        Product.objects.select_for_update(no_key=True).get(pk=product.pk)
        personas = _personas(product, sheet)
        steps = _steps(product, sheet)
        _find_new_ratings(product, steps, personas, basis, by)
        _refuse_unexplained(product, steps, basis, by)
        report = _report(steps)
        if not dry_run:
            _write(product, steps, basis, by, source)
    return report


@dataclass
class _Step:
    """A row, and what it changes."""

    row: object
    requirement: Requirement
    was: Requirement
    """The same as it is stored."""
    is_new: bool
    fields: tuple
    ratings: dict = field(default_factory=dict)


def _personas(product, sheet):
    """Name as in the sheet → persona; an exact name first, then whatever its case."""
    personas = list(product.personas.all())
    exact = {persona.name: persona for persona in personas}
    folded = {persona.name.casefold(): persona for persona in personas}
    found = {name: exact.get(name) or folded.get(name.casefold()) for name in sheet.personas}
    names = ", ".join(exact) or "none yet"
    errors = [
        RowError(1, f"rating:{name}", f"no persona is called “{name}”; this product has: {names}.")
        for name, persona in found.items()
        if persona is None
    ]
    twice = {persona: name for name, persona in found.items() if persona}
    errors += [
        RowError(1, f"rating:{name}", f"the column “{twice[persona]}” is the same persona.")
        for name, persona in found.items()
        if persona and twice[persona] != name
    ]
    if errors:
        raise SheetError(errors)
    return found


def _steps(product, sheet):
    """A _Step for each row of the sheet, its fields set on its requirement; nothing is saved."""
    finder, errors, steps = _Finder(product, sheet), [], []
    for row in sheet.rows:
        try:
            found = finder.find(row)
        except LookupError as error:
            errors.append(RowError(row.row, "title", str(error)))
            continue
        requirement = found or Requirement(product=product)
        was = copy(requirement)
        differing = {
            name: value for name, value in row.fields.items() if getattr(requirement, name) != value
        }
        for name, value in differing.items():
            setattr(requirement, name, value)
        steps.append(_Step(row, requirement, was, found is None, tuple(differing)))
    if errors:
        raise SheetError(errors)
    return steps


class _Finder:
    """Finds rows' requirements among those of the product; each is found by one row at most."""

    def __init__(self, product, sheet):
        ids = [row.fields["external_id"] for row in sheet.rows if "external_id" in row.fields]
        titles = [row.fields["title"] for row in sheet.rows if "title" in row.fields]
        self._by_id, self._by_title, self._taken = {}, {}, {}
        # Locked: what somebody else changes between our reading and writing would be undone.
        for requirement in product.requirements.filter(
            Q(external_id__in=ids) | Q(title__in=titles)
        ).select_for_update(no_key=True):
            self._by_id[requirement.external_id] = requirement
            self._by_title.setdefault(requirement.title, []).append(requirement)

    def find(self, row):
        """The row's requirement, None if it is a new one; LookupError if neither can be."""
        external_id, title = row.fields.get("external_id"), row.fields.get("title")
        if external_id:
            found = self._by_id.get(external_id)
        else:
            found, *others = self._by_title.get(title, [None])
            if others:
                raise LookupError("several requirements have this title; give an external_id.")
        if found is None and title is None:
            raise LookupError(f"“{external_id}” would be a new requirement; it needs a title.")
        if found is not None and self._taken.setdefault(found.pk, row.row) != row.row:
            raise LookupError(f"this is the requirement of row {self._taken[found.pk]}.")
        return found


def _find_new_ratings(product, steps, personas, basis, by):
    """Fill in the steps' ratings, {persona: (value, whether it is the first)}: those that `by`
    hasn't given so."""
    known = {
        (rating.requirement_id, rating.persona_id): rating
        # Locked: another window's answer would be replaced by ours unseen.
        for rating in Rating.objects.filter(
            product=product,
            rater=by,
            requirement__in=[step.requirement.pk for step in steps if not step.is_new],
        ).select_for_update()
    }
    for step in steps:
        for name, value in step.row.ratings.items():
            persona = personas[name]
            old = known.get((step.requirement.pk, persona.pk))
            if old is None or (old.value, old.basis) != (value, basis or old.basis):
                step.ratings[persona] = (value, old is None)


def _refuse_unexplained(product, steps, basis, by):
    """Raise SheetError where the sheet plans what harms somebody by the ratings there will be."""
    asked = {
        step.requirement.pk or -step.row.row: step
        for step in steps
        if plans_unexplained(step.was, step.requirement.status, step.requirement.decision)
    }
    if not asked:
        return
    there = {}
    for one in Rating.objects.filter(requirement__in=asked):
        rater = one.rater_id or one.source
        there[one.requirement_id, one.persona_id, rater] = (one.value, one.basis)
    for pk, step in asked.items():
        for persona, (value, _is_first) in step.ratings.items():
            mine = (pk, persona.pk, by.pk)
            old = there.get(mine, (None, Basis.GUESSED))
            there[mine] = (value, basis or old[1])
    harmed = whom_ratings_harm(
        ((pk, of, *said) for (pk, of, _rater), said in there.items()), product.personas.all()
    )
    if harmed:
        raise SheetError(
            RowError(
                asked[pk].row.row,
                "decision",
                f"it harms {whom}. Say in a line why it is planned all the same.",
            )
            for pk, whom in harmed.items()
        )


def _write(product, steps, basis, by, source):
    fresh = [step.requirement for step in steps if step.is_new]
    if fresh:
        add_requirements(product=product, by=by, requirements=fresh, following=False)
    changed = [step.requirement for step in steps if step.fields and not step.is_new]
    for requirement in changed:
        requirement.updated_by, requirement.updated_at = by, timezone.now()
    if changed:
        names = {name for step in steps for name in step.fields}
        Requirement.objects.bulk_update(
            changed, [*names, "updated_by", "updated_at"], batch_size=500
        )
    _write_ratings(product, steps, basis, by, source)


def _write_ratings(product, steps, basis, by, source):
    there, first = [], []
    for step in steps:
        for persona, (value, is_first) in step.ratings.items():
            new = NewRating(step.requirement.pk, persona.pk, value, basis, None, source)
            (first if is_first else there).append(new)
    # Who imports a sheet doesn't want to be told of each of its rows.
    record = partial(record_ratings, product=product, by=by, following=False)
    made = record(ratings=first, replacing=False)
    made = {(one.requirement_id, one.persona_id) for one in made}
    errors = [
        RowError(step.row.row, f"rating:{persona.name}", OVERTAKEN)
        for step in steps
        for persona, (_value, is_first) in step.ratings.items()
        if is_first and (step.requirement.pk, persona.pk) not in made
    ]
    if errors:
        raise SheetError(errors)
    record(ratings=there)


def _report(steps):
    report = Report()
    for step in steps:
        verb = "new" if step.is_new else "changed" if step.fields else "unchanged"
        report.created += verb == "new"
        report.updated += verb == "changed"
        report.unchanged += verb == "unchanged"
        report.ratings += len(step.ratings)
        line = Line(step.row.row, step.requirement.title, verb, step.fields, len(step.ratings))
        report.lines.append(line)
    return report
