"""Products written as people would write them, and the arrays that the scoring wants."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from prioritisation.scoring import formula

REFERENCE = Path(__file__).parents[1] / "reference"
REFERENCE_NAMES = ("rota", "feed", "no_end_user", "no_payer", "sizes_unknown")
CONFIDENCE = {"seen": 1.0, "asked": 0.8, "guessed": 0.5}
NAN = float("nan")


@dataclass(frozen=True)
class Persona:
    id: int
    kind: str = "end_user"
    headcount: float = NAN
    importance: float = 1.0
    installed: float = NAN
    active: float = NAN
    worked_around: float = NAN


@dataclass(frozen=True)
class Rating:
    requirement: int
    persona: int
    value: int
    basis: str = "seen"


@dataclass(frozen=True)
class Product:
    personas: tuple = ()
    ratings: tuple = ()
    efforts: dict = field(default_factory=dict)  # by requirement id; all requirements are in it
    policy: formula.Policy = formula.Policy()

    def having(self, **changes):
        return replace(self, **changes)


def floats(rows, name):
    return np.array([getattr(row, name) for row in rows], np.float64)


def integers(rows, name):
    return np.array([getattr(row, name) for row in rows], np.int64)


def personas_of(product):
    rows = product.personas
    return formula.Personas(
        ids=integers(rows, "id"),
        is_end_user=np.array([row.kind == "end_user" for row in rows], bool),
        headcount=floats(rows, "headcount"),
        importance=floats(rows, "importance"),
        installed=floats(rows, "installed"),
        active=floats(rows, "active"),
        worked_around=floats(rows, "worked_around"),
    )


def ratings_of(product):
    rows = product.ratings
    return formula.Ratings(
        id=np.arange(len(rows)),
        requirement=integers(rows, "requirement"),
        persona=integers(rows, "persona"),
        value=floats(rows, "value"),
        confidence=np.array([CONFIDENCE[row.basis] for row in rows], np.float64),
    )


def scored(product, requirements=None, by=formula):
    """Scores of the product's requirements, or of those named, by a module (a mutant's too)."""
    ids = list(product.efforts) if requirements is None else list(requirements)
    return by.score(
        product.policy,
        personas_of(product),
        ratings_of(product),
        np.array(ids, np.int64),
        np.array([product.efforts[number] for number in ids], np.float64),
    )


def reference(name):
    """(the product, what is expected of it, its persona names by id, its requirement names)."""
    told = json.loads((REFERENCE / f"{name}.json").read_text())
    number = {row["id"]: place for place, row in enumerate(told["personas"], start=1)}
    personas = tuple(
        Persona(
            id=number[row["id"]],
            kind=row["kind"],
            headcount=float(row.get("headcount", NAN)),
            importance=float(row.get("importance", 1)),
            **{key: float(people) for key, people in row.get("latest_reading", {}).items()},
        )
        for row in told["personas"]
    )
    requirements = list(enumerate(told["requirements"], start=1))
    product = Product(
        personas=personas,
        ratings=tuple(
            Rating(place, number[row["persona"]], row["value"], row["basis"])
            for place, requirement in requirements
            for row in requirement["ratings"]
        ),
        efforts={place: float(row.get("effort", NAN)) for place, row in requirements},
        policy=formula.Policy(**{key: float(text) for key, text in told["policy"].items()}),
    )
    statuses = [row.get("status", "idea") for _, row in requirements]
    return product, told["expected"], {place: key for key, place in number.items()}, statuses


def misses(name, by=formula):
    """What a scoring module gets wrong of a reference, to 4 decimals; [] if nothing."""
    product, expected, names, statuses = reference(name)
    scores = scored(product, by=by)
    counted = [names[number] for number in scores.weights.persona_ids.tolist()]
    if counted != list(expected["weights"]):
        return [f"counted: {counted}"]
    wrong = list(_weight_misses(scores.weights, expected, counted))
    for row, told in enumerate(expected["rows"]):
        wrong += [f"{told['id']} {miss}" for miss in _row_misses(scores, row, told, names)]
    return wrong + list(_rank_misses(scores, expected["rows"], statuses))


def _weight_misses(weights, expected, counted):
    for place, name in enumerate(counted):
        if f"{weights.weights[place]:.6f}" != expected["weights"][name]:
            yield f"weight of {name}: {weights.weights[place]}"
        if weights.is_end_user[place]:
            if f"{weights.adoption[place]:.4f}" != expected["adoption"][name]:
                yield f"adoption of {name}: {weights.adoption[place]}"
        elif not np.isnan(weights.adoption[place]):
            yield f"adoption of {name}, who only pays"


def _row_misses(scores, row, told, names):
    for key in ("score", "low", "high"):
        if getattr(scores, key)[row] != units(told[key]):
            yield f"{key}: {getattr(scores, key)[row]}"
    for key in ("reach", "answered", "value_for_effort"):
        if shown(getattr(scores, key)[row]) != told[key]:
            yield f"{key}: {getattr(scores, key)[row]}"
    if scores.contributions[row].sum() != scores.score[row]:
        yield "contributions don't add up"
    for place, number in enumerate(scores.weights.persona_ids.tolist()):
        # The reference rounds each contribution by itself, so its own don't always add up:
        # F1's are 12.4702 + 38.1504 beside a score of 50.6205.
        contribution = scores.contributions[row, place]
        if abs(contribution - units(told["contributions"][names[number]])) > 1:
            yield f"contribution of {names[number]}: {contribution}"
        unrealised = scores.unrealised[row, place]
        if unrealised != units(told["unrealised"].get(names[number], "0")):
            yield f"unrealised of {names[number]}: {unrealised}"


def _rank_misses(scores, rows, statuses):
    open_and_rated = scores.rated.any(axis=1) & [
        status in ("idea", "planned", "in_progress") for status in statuses
    ]
    for key, values in (("rank", scores.score), ("effort_rank", scores.value_for_effort)):
        ranks = formula.ranks(np.where(open_and_rated, values, NAN))
        for told, rank in zip(rows, ranks.tolist(), strict=True):
            if (rank or None) != told[key]:
                yield f"{told['id']} {key}: {rank}"


def units(text):
    """Ten-thousandths of a number with at most four decimals."""
    return round(float(text) * 10_000)


def shown(measure):
    return None if np.isnan(measure) else f"{measure:.4f}"


def bits(scores):
    """Every array of the scores, as bytes."""
    arrays = {key: array for key, array in vars(scores).items() if key != "weights"}
    arrays |= {f"weights.{key}": array for key, array in vars(scores.weights).items()}
    return {key: array.tobytes() for key, array in arrays.items()}
