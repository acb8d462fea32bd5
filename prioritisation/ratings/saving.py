"""Saving cells of the rating grid: all that were sent or none, and nobody's change unseen."""

from dataclasses import dataclass, field

from django.db import IntegrityError, transaction

from prioritisation.models import Basis, Rating
from prioritisation.presentation.formatting import signed
from prioritisation.ratings.cell_parsers import CellError, rating, rating_known
from prioritisation.ratings.services import NewRating, record_ratings, withdraw_ratings

GONE = "This requirement or persona is gone."


@dataclass(frozen=True, slots=True)
class Change:
    """What one cell was changed to; `version` and `old` as they were when it was drawn."""

    requirement_id: int
    persona_id: int
    text: str
    version: int
    old: str
    note: str | None = None
    """None: the note that is there stays."""

    @property
    def key(self):
        return self.requirement_id, self.persona_id

    @property
    def at(self):
        return f"{self.requirement_id}.{self.persona_id}"


def cells_in(data):
    """A Change for each of a posted form's cells, changed or not; the last one where two are
    about the same."""
    cells = {}
    for name, text in data.items():
        parts = name.split(".")
        if parts[0] == "c" and len(parts) == 5 and all(map(_is_number, parts[1:4])):
            requirement_id, persona_id, version = map(int, parts[1:4])
            note = data.get(f"n.{parts[1]}.{parts[2]}")
            change = Change(requirement_id, persona_id, text.strip(), version, parts[4], note)
            cells[change.key] = change
    return list(cells.values())


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

    @property
    def status(self):
        return 422 if self.errors else 409 if self.conflicts else 200


def save_changes(*, product, by, changes, basis):
    """Record the changed cells as the user's own ratings, all of them or none; the Outcome.

    A blank cell withdraws the rating; `basis` is how one knows where a cell doesn't say.
    """
    outcome = Outcome()
    wanted = _wanted(product, changes, basis, outcome)
    mine = _mine(product, by, changes)
    outcome.conflicts = {
        change.key: _meanwhile(mine.get(change.key))
        for change in changes
        if _is_unseen(change, mine.get(change.key), wanted.get(change.key))
    }
    if outcome.errors or outcome.conflicts:
        return outcome
    try:
        with transaction.atomic():
            _write(product, by, changes, wanted, mine)
        outcome.saved = len(changes)
    except _Overtaken:
        return save_changes(product=product, by=by, changes=changes, basis=basis)
    except IntegrityError:  # a requirement or persona was deleted since we looked
        outcome.errors = {change.key: GONE for change in changes}
    return outcome


class _Overtaken(Exception):
    """Another window has rated a cell in which we found nothing. Looking again shows what."""


def _is_unseen(change, now, wanted):
    """Whether the rating that is there now is another one than the cell showed.

    An answer may have been lost on its way: what is there already is no conflict.
    """
    # Withdrawn and given anew, it is at its first version again, and says something else.
    as_seen = not (now and change.old) or str(now.value) == change.old
    if (now.version if now else 0) == change.version and as_seen:
        return False
    same = (now.value, now.basis) == wanted if now else wanted is None
    return not same or (bool(now) and change.note not in (None, now.note))


def _meanwhile(now):
    said = f"{signed(now.value)}, {now.basis}" if now else "nothing"
    note = f" (“{now.note}”)" if now and now.note else ""
    return f"Meanwhile you said {said}{note} in another window."


def _write(product, by, changes, wanted, mine):
    withdraw_ratings([mine[key] for key, said in wanted.items() if not said and key in mine])
    given = [change for change in changes if wanted[change.key]]
    there, new = [], []
    for change in given:
        rating = NewRating(*change.key, *wanted[change.key], change.note)
        (there if change.key in mine else new).append(rating)
    # Those that are there are locked; an empty cell can't be. Two windows find it empty; the
    # first saves "seen −5" and commits; the second, replacing, would lose that unseen.
    made = record_ratings(product=product, by=by, ratings=new, replacing=False)
    if len(made) < len(new):
        raise _Overtaken
    record_ratings(product=product, by=by, ratings=there)


def _mine(product, by, changes):
    rows = Rating.objects.select_for_update().filter(
        product=product,
        rater=by,
        requirement__in={change.requirement_id for change in changes},
        persona__in={change.persona_id for change in changes},
    )
    return {(one.requirement_id, one.persona_id): one for one in rows}


def _wanted(product, changes, basis, outcome):
    """Key → (value, basis), or None to withdraw; what can't be is left out and said in outcome."""
    requirements = set(
        product.requirements.filter(
            pk__in={change.requirement_id for change in changes}
        ).values_list("pk", flat=True)
    )
    personas = set(product.personas.values_list("pk", flat=True))
    longest = Rating._meta.get_field("note").max_length
    wanted = {}
    for change in changes:
        if change.requirement_id not in requirements or change.persona_id not in personas:
            outcome.errors[change.key] = GONE
            continue
        try:
            if change.note and (len(change.note) > longest or "\0" in change.note):
                raise CellError(f"A note has at most {longest:,} characters, and no NUL.")
            value, known = rating_known(change.text) if change.text else (None, None)
            wanted[change.key] = (value, known or basis) if change.text else None
        except CellError as error:
            outcome.errors[change.key] = str(error)
    return wanted


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
