from prioritisation.models.analyses import Analysis
from prioritisation.models.policy import LEAST_SAY_WITHOUT_REASON, PARAMETERS, ScoringPolicy
from prioritisation.models.processes import ProcessSeen
from prioritisation.models.ratings import CONFIDENCE, Basis, Rating
from prioritisation.models.scenarios import Scenario, ScenarioPersona
from prioritisation.models.scores import (
    ProductChange,
    Score,
    ScoreChange,
    ScoreValues,
    ScoringRun,
    ScoringState,
)

__all__ = [
    "CONFIDENCE",
    "LEAST_SAY_WITHOUT_REASON",
    "PARAMETERS",
    "Analysis",
    "Basis",
    "ProcessSeen",
    "ProductChange",
    "Rating",
    "Scenario",
    "ScenarioPersona",
    "Score",
    "ScoreChange",
    "ScoreValues",
    "ScoringPolicy",
    "ScoringRun",
    "ScoringState",
]
