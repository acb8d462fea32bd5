"""The sample products: made-up stories (samples/*.json) that behave like real ones.

A rating is written "VALUE BASIS | source | note"; without a source it is the owner's own. Days
are relative, so that a sample is never stale. `arrived` says how many weeks ago what a source says
came in, `policy_before` how it was weighed until then: that is the past which History shows.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

from django.utils import timezone

from personas.models import Persona
from personas.services import record_reading
from prioritisation.models import Scenario, ScoreChange, ScoringPolicy, ScoringRun
from prioritisation.pipeline.rescoring import rescore
from prioritisation.pipeline.transactions import writing
from prioritisation.ratings.services import NewRating, record_ratings
from prioritisation.weighting.overrides import Otherwise
from prioritisation.weighting.services import keep_scenario
from products.models import Comment, Product, Requirement, Status
from products.services import add_requirements, create_product, delete_product

STORIES = Path(__file__).parent
BEGAN_WEEKS_AGO = 28
#: ends the name of a sample until its whole story is told
UNFINISHED = " (being told)"


def load_samples(owner, *, today=None):
    """Make the samples that the owner hasn't got; return those.

    Each step of a story is a transaction of its own, as it was in life: History tells what each
    did to the scores. A story that was broken off is told again from the beginning.
    """
    for product in broken_off().filter(memberships__user=owner):
        with writing(user=owner, means="command"):
            delete_product(product)
    stories = [json.loads(path.read_text()) for path in sorted(STORIES.glob("*.json"))]
    has = set(
        Product.objects.filter(is_sample=True, memberships__user=owner).values_list(
            "name", flat=True
        )
    )
    today = today or timezone.now().date()
    return [_Telling(story, owner, today).tell() for story in stories if story["name"] not in has]


def broken_off():
    """The samples whose story somebody ended in the middle."""
    return Product.objects.filter(is_sample=True, name__endswith=UNFINISHED)


@dataclass
class _Telling:
    story: dict
    owner: object
    today: date

    def tell(self):
        self.began = self._moment(weeks_ago=BEGAN_WEEKS_AGO)
        arrived = self.story.get("arrived", {})
        with self._writing():
            later = self._begin(arrived)
            self._rescore(BEGAN_WEEKS_AGO)
        self._let_time_pass(later)
        with self._writing():
            self._suppose()
            self.product.name = self.story["name"]
            self.product.save(update_fields=["name"])
        return self.product

    def _writing(self):
        return writing(user=self.owner, means="command")

    def _begin(self, arrived):
        """All that was there from the beginning; return what came later: (weeks ago, NewRating)."""
        self.product = self._make_product()
        self.personas = self._make_personas()
        requirements = self._make_requirements()
        ratings = self._ratings(requirements)
        self._weigh(self.story.get("policy_before") or self.story.get("policy", {}))
        self._rate([new for new in ratings if new.source not in arrived])
        self._comment(requirements)
        return [(arrived[new.source], new) for new in ratings if new.source in arrived]

    def _moment(self, *, weeks_ago):
        day = self.today - timedelta(weeks=weeks_ago)
        return datetime.combine(day, time(9), tzinfo=timezone.get_default_timezone())

    def _make_product(self):
        is_free = not Product.objects.filter(key=self.story["key"]).exists()
        fields = {name: self.story[name] for name in ("description", "capacity")}
        return create_product(
            owner=self.owner,
            name=self.story["name"] + UNFINISHED,
            key=self.story["key"] if is_free else "",
            effort_unit=self.story.get("effort_unit", "days"),
            is_sample=True,
            created_at=self.began,
            **fields,
        )

    def _weigh(self, told):
        fields = {name: value for name, value in told.items() if name != "until_weeks_ago"}
        policies = ScoringPolicy.objects.filter(product=self.product)
        policies.update(updated_by=self.owner, **fields)

    def _make_personas(self):
        """Name → Persona. One by one: they get their ids, and so their place, in order."""
        return {
            told["name"]: Persona.objects.create(
                product=self.product,
                position=position,
                updated_by=self.owner,
                **{name: value for name, value in told.items() if name != "readings"},
            )
            for position, told in enumerate(self.story["personas"])
        }

    def _make_requirements(self):
        return add_requirements(
            product=self.product,
            by=self.owner,
            requirements=[self._requirement(told) for told in self.story["requirements"]],
            following=False,
        )

    def _requirement(self, told):
        fields = {
            name: value
            for name, value in told.items()
            if name not in ("ratings", "comments", "must_in_days", "shipped_weeks_ago")
        }
        if "shipped_weeks_ago" in told:
            fields["status"] = Status.IN_PROGRESS  # until then
        if "must_in_days" in told:
            fields["must_by"] = self.today + timedelta(days=told["must_in_days"])
        return Requirement(created_at=self.began, **fields)

    def _ratings(self, requirements):
        return [
            self._rating(requirement, name, text)
            for requirement, told in zip(requirements, self.story["requirements"], strict=True)
            for name, texts in told["ratings"].items()
            for text in texts
        ]

    def _rate(self, ratings):
        for as_source in (True, False):
            record_ratings(
                product=self.product,
                by=self.owner,
                ratings=[new for new in ratings if bool(new.source) == as_source],
                as_source=as_source,
                following=False,
            )

    def _rating(self, requirement, persona, text):
        rating, source, note = [*text.split(" | "), "", ""][:3]
        value, basis = rating.split()
        return NewRating(requirement.pk, self.personas[persona].pk, int(value), basis, note, source)

    def _comment(self, requirements):
        Comment.objects.bulk_create(
            Comment(
                product=self.product,
                requirement=requirement,
                author=self.owner,
                text=text,
                created_at=self._moment(weeks_ago=3),
            )
            for requirement, told in zip(requirements, self.story["requirements"], strict=True)
            for text in told.get("comments", [])
        )

    def _let_time_pass(self, later):
        """Let in what came in after the beginning, in its order, with a rescore dated that day
        after each day's, so that the sample has a past to look back on.

        `later`: (weeks ago, NewRating) of what sources said then.
        """
        days = defaultdict(list)
        for told in self.story["personas"]:
            for reading in told.get("readings", []):
                days[reading["weeks_ago"]].append(partial(self._record, told["name"], reading))
        for weeks_ago in {weeks_ago for weeks_ago, _new in later}:
            days[weeks_ago].append(
                partial(self._rate, [new for weeks, new in later if weeks == weeks_ago])
            )
        for told in self.story["requirements"]:
            if "shipped_weeks_ago" in told:
                days[told["shipped_weeks_ago"]].append(partial(self._ship, told["title"]))
        if before := self.story.get("policy_before"):
            days[before["until_weeks_ago"]].append(partial(self._weigh, self.story["policy"]))
        for weeks_ago in sorted(days, reverse=True):
            for happen in days[weeks_ago]:
                with self._writing():
                    happen()
                    self._rescore(weeks_ago)

    def _record(self, name, reading):
        record_reading(
            persona=self.personas[name],
            observed_on=self.today - timedelta(weeks=reading["weeks_ago"]),
            by=self.owner,
            **{key: value for key, value in reading.items() if key != "weeks_ago"},
        )

    def _suppose(self):
        for told in self.story.get("scenarios", []):
            importances, readings = told.get("importances", {}), told.get("readings", {})
            otherwise = Otherwise(
                {self.personas[name].pk: value for name, value in importances.items()},
                {self.personas[name].pk: tuple(seen) for name, seen in readings.items()},
            )
            scenario = Scenario(
                product=self.product, name=told["name"], note=told["note"], **told["policy"]
            )
            keep_scenario(scenario, otherwise=otherwise, by=self.owner)

    def _ship(self, title):
        shipped = Requirement.objects.filter(product=self.product, title=title)
        shipped.update(status=Status.SHIPPED, updated_by=self.owner)

    def _rescore(self, weeks_ago):
        """A run dated back. In the transaction of its cause: no worker comes first."""
        moment = self._moment(weeks_ago=weeks_ago)
        runs = ScoringRun.objects.filter(product=self.product, version=rescore(self.product.pk))
        ScoreChange.objects.filter(run__in=runs).update(created_at=moment)
        runs.update(computed_at=moment)
