"""What is planned although it harms somebody needs a reason, whoever writes it: a page, an edit of
several, the API, an import, the back office. All of them ask here."""

import numpy as np
from django.core.exceptions import ValidationError

from personas.models import Persona
from prioritisation.models import CONFIDENCE, Rating
from prioritisation.presentation.charts.bars import in_order
from prioritisation.presentation.formatting import and_join
from prioritisation.scoring.flags import HARMFUL, harmed_by_row
from prioritisation.scoring.opinions import UNIT, Ratings, opinions
from products.models import Status

BUILT = (Status.PLANNED, Status.IN_PROGRESS)
WANTS_A_REASON = "{} harms {}. Say in a line why it is planned all the same."


def check_decision(requirement, *, status, decision):
    """Whether a Requirement, as it is stored, may get this status and decision.

    Raises ValidationError beside `decision` where that plans what harms somebody, and says
    nothing. Ratings count as they are now, scored or not. One that becomes harmful once it is
    planned is no reason to refuse a rating; nor is a rating that is committed between this look
    and the write: both are told as harm, beside the requirement.
    """
    if plans_unexplained(requirement, status, decision):
        whom = whom_they_harm([requirement.pk]).get(requirement.pk)
        if whom:
            raise ValidationError({"decision": WANTS_A_REASON.format("It", whom)})


def plans_unexplained(requirement, status, decision):
    """Whether this plans or builds it, or takes its reason away, and gives none."""
    is_new = status != requirement.status or requirement.decision.strip()
    return status in BUILT and not decision.strip() and bool(is_new)


def whom_they_harm(requirement_ids):
    """Requirement id → whom it harms, as a sentence names them; those that harm nobody are left
    out."""
    stored = Rating.objects.filter(requirement__in=requirement_ids)
    return whom_ratings_harm(
        stored.values_list("requirement_id", "persona_id", "value", "basis"),
        Persona.objects.filter(product__requirements__in=requirement_ids).distinct(),
    )


def whom_ratings_harm(ratings, personas):
    """The same by given ratings, (requirement id, persona id, value, basis) each: those harmed are
    the counted personas to whom it is worth −3 or less, as the flag "harms" says."""
    counted = {one.pk: one for one in personas if one.importance > 0}
    given = list(ratings)
    if not given or not counted:
        return {}
    requirements, of, values, bases = zip(*given, strict=True)
    ids, persona_ids = np.unique(requirements), np.array(sorted(counted))
    held = opinions(
        Ratings(
            id=np.arange(len(given)),
            requirement=np.array(requirements),
            persona=np.array(of),
            value=np.array(values, float),
            confidence=np.array([CONFIDENCE[basis] for basis in bases]),
        ),
        ids,
        persona_ids,
    )
    harms = held.rated & (np.rint(held.mean * UNIT) <= HARMFUL)
    return {
        int(ids[row]): and_join([one.name for one in in_order(map(counted.get, harmed))])
        for row, harmed in harmed_by_row(harms, persona_ids).items()
    }
