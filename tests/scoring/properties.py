"""How a property of the scoring is run, and on which scoring."""

from hypothesis import HealthCheck, Phase, given, settings

from prioritisation.scoring import formula
from tests.scoring import scoring_cases

# A mutant of the scoring takes its place here (test_scoring_mutants).
module = formula

RUN = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def axiom(*strategies):
    """A property test; its `at_once` stops at the first failure, without looking for a smaller."""

    def decorate(check):
        test = settings(RUN)(given(*strategies)(check))
        test.at_once = settings(RUN, phases=[Phase.generate], report_multiple_bugs=False)(
            given(*strategies)(check)
        )
        return test

    return decorate


def scored(product, requirements=None):
    return scoring_cases.scored(product, requirements, by=module)
