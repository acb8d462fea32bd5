"""The rating grid: requirement × persona, one user's ratings with the others' beside them."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from prioritisation.cells import CellError, rating
from prioritisation.models import Basis, Rating
from prioritisation.selectors import read_ranking
from prioritisation.services import NewRating, record_ratings
from prioritisation.wording import signed
from products.models import OPEN

ROWS_A_PAGE = 50
#: from this difference on, you and the others are said to disagree
DISAGREE = 3
GONE = "This requirement or persona is gone."


@dataclass(slots=True)
class Cell:
    requirement_id: int
    title: str
    persona: object
    mine: object = None
    """The user's own Rating, or None."""
    others: list = field(default_factory=list)
    """What others gave, in order of their ratings."""
    typed: str | None = None
    """What was typed and not saved."""
    error: str = ""

    @property
    def value(self):
        return self.mine.value if self.mine else None

    @property
    def shown(self):
        if self.typed is not None:
            return self.typed
        return "" if self.mine is None else signed(self.mine.value)

    @property
    def name(self):
        """The form field's name: what and whose it is, and what was there when it was drawn."""
        version, old = (self.mine.version, self.mine.value) if self.mine else (0, "")
        return f"c.{self.requirement_id}.{self.persona.pk}.{version}.{old}"

    @property
    def label(self):
        parts = [f"{self.persona.name}, {self.title}"]
        parts.append(f"{signed(self.value)}, {self.mine.basis}" if self.mine else "missing")
        if self.others:
            parts.append(f"others {self.others_in_words}")
        return ": ".join(parts[:2]) + (f"; {parts[2]}" if len(parts) > 2 else "")

    @property
    def others_in_words(self):
        shown = ", ".join(signed(value) for value in self.others[:4])
        return f"{shown}, …" if len(self.others) > 4 else shown

    @property
    def is_missing(self):
        return self.mine is None and not self.others

    @property
    def is_split(self):
        return self.mine is not None and any(
            abs(value - self.mine.value) >= DISAGREE for value in self.others
        )

    @property
    def bar(self):
        """(x, width) in percent of the cell's width."""
        width = abs(self.value) * 10
        return (50 if self.value >= 0 else 50 - width), width

    @property
    def letter(self):
        return self.mine.basis[0].upper()


@dataclass(slots=True)
class GridRow:
    requirement: object
    """A selectors.Row."""
    cells: list


@dataclass(slots=True)
class Grid:
    personas: list
    rows: list
    has_more: bool
    answered: int
    asked: int

    @property
    def missing(self):
        return self.asked - self.answered


def read_grid(product, user, *, page=1, by_number=False, requirement_id=None, limit=ROWS_A_PAGE):
    """The user's Grid over open requirements, by score or (so that no row jumps) by number."""
    personas = list(product.personas.all())
    ranking = read_ranking(
        product,
        only_ranked=False,
        requirement_id=requirement_id,
        limit=limit,
        offset=(page - 1) * limit,
    )
    rows = sorted(ranking.rows, key=lambda row: row.number) if by_number else ranking.rows
    given = defaultdict(list)
    for one in Rating.objects.filter(
        product=product, requirement__in=[row.requirement_id for row in rows]
    ).order_by("id"):
        given[one.requirement_id, one.persona_id].append(one)
    answered, asked = _answered(product, personas)
    return Grid(
        personas=personas,
        rows=[GridRow(row, [_cell(row, who, given, user) for who in personas]) for row in rows],
        has_more=ranking.has_more,
        answered=answered,
        asked=asked,
    )


def _cell(row, persona, given, user):
    cell = Cell(row.requirement_id, row.title, persona)
    for one in given[row.requirement_id, persona.pk]:
        if one.rater_id == user.pk:
            cell.mine = one
        else:
            cell.others.append(one.value)
    return cell


def _answered(product, personas):
    """(how many of the open requirements' cells anybody filled, how many there are)."""
    counted = [persona.pk for persona in personas if persona.importance > 0]
    pairs = Rating.objects.filter(
        product=product, persona__in=counted, requirement__status__in=OPEN
    )
    answered = pairs.order_by().values("requirement", "persona").distinct().count()
    return answered, product.requirements.open().count() * len(counted)


@dataclass(frozen=True, slots=True)
class Change:
    """What one cell was changed to; `version` and `old` as they were when it was drawn."""

    requirement_id: int
    persona_id: int
    text: str
    version: int
    old: str

    @property
    def key(self):
        return self.requirement_id, self.persona_id


def cells_in(data):
    """A Change for each of a posted form's cells, changed or not."""
    cells = []
    for name, text in data.items():
        parts = name.split(".")
        if parts[0] == "c" and len(parts) == 5 and all(map(_is_number, parts[1:4])):
            requirement_id, persona_id, version = map(int, parts[1:4])
            cells.append(Change(requirement_id, persona_id, text.strip(), version, parts[4]))
    return cells


def read_changes(data):
    """The posted cells that say something else than when they were drawn."""
    return [cell for cell in cells_in(data) if not _same(cell)]


def _is_number(text):
    return text.isascii() and text.isdigit() and len(text) < 19


def _same(change):
    if not change.text or not change.old:
        return change.text == change.old
    try:
        return str(rating(change.text)) == change.old
    except CellError:
        return False


@dataclass(slots=True)
class Outcome:
    saved: int = 0
    errors: dict = field(default_factory=dict)
    """(requirement id, persona id) → what is wrong with that cell."""
    conflicts: dict = field(default_factory=dict)


def save_changes(*, product, by, changes, basis, keep_basis=False):
    """Record the changed cells as the user's own ratings, all of them or none; the Outcome.

    A blank cell withdraws the rating. `keep_basis`: a rating that is there keeps how it is known.
    """
    outcome = Outcome()
    values = _values(product, changes, outcome)
    mine = {
        (one.requirement_id, one.persona_id): one
        for one in Rating.objects.select_for_update().filter(
            product=product,
            rater=by,
            requirement__in={change.requirement_id for change in changes},
            persona__in={change.persona_id for change in changes},
        )
    }
    for change in changes:
        now = mine.get(change.key)
        if (now.version if now else 0) != change.version:
            said = f"{signed(now.value)}, {now.basis}" if now else "nothing"
            outcome.conflicts[change.key] = f"Meanwhile you said {said} in another window."
    if outcome.errors or outcome.conflicts:
        return outcome
    new = []
    for change in changes:
        now, value = mine.get(change.key), values[change.key]
        if value is None:
            if now:
                now.delete()
        else:
            how = now.basis if now and keep_basis else basis
            new.append(NewRating(*change.key, value, how, now.note if now else ""))
    try:
        with transaction.atomic():
            record_ratings(product=product, by=by, ratings=new)
        outcome.saved = len(changes)
    except IntegrityError:  # a requirement or persona was deleted since we looked
        outcome.errors = {change.key: GONE for change in changes}
    return outcome


def _values(product, changes, outcome):
    requirements = set(
        product.requirements.filter(
            pk__in={change.requirement_id for change in changes}
        ).values_list("pk", flat=True)
    )
    personas = set(product.personas.values_list("pk", flat=True))
    values = {}
    for change in changes:
        if change.requirement_id not in requirements or change.persona_id not in personas:
            outcome.errors[change.key] = GONE
            continue
        try:
            values[change.key] = rating(change.text) if change.text else None
        except CellError as error:
            outcome.errors[change.key] = str(error)
    return values


def keep_typed(grid, changes, outcome):
    """Put what was typed, and what is wrong with it, back into the cells."""
    typed = {change.key: change.text for change in changes}
    for row in grid.rows:
        for cell in row.cells:
            key = cell.requirement_id, cell.persona.pk
            if key in typed:
                cell.typed = typed[key]
                cell.error = outcome.errors.get(key) or outcome.conflicts.get(key, "")


def basis_from(text, default=Basis.GUESSED):
    return text if text in Basis.values else default
