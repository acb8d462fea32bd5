"""Random products for the properties: importance 0, ties, unequal sizes and all policies in.

How many personas and ratings there are is drawn by Hypothesis, which can make a failing product
smaller; what they are comes of one drawn seed. Drawn value by value, a product took 20 ms.
"""

from random import Random

from hypothesis import strategies as st

from prioritisation.scoring import formula
from tests.scoring.scoring_cases import CONFIDENCE, NAN, Persona, Product, Rating

REQUIREMENTS = (1, 2, 3)
VALUES = st.integers(-5, 5)
BASES = tuple(CONFIDENCE)
KINDS = ("end_user", "end_user", "procurer", "advertiser", "other")
RANDOM = st.integers(0, 2**32 - 1).map(Random)
EDGES_OF_A_SHARE = (5e-324, 1e-9, 0.1, 1 / 3, 1 - 2**-53)


def share(random):
    return random.choice(
        (random.choice((0.0, 0.25, 0.5, 1.0)), random.random(), random.choice(EDGES_OF_A_SHARE))
    )


def between(random, least, most):
    """As often of one magnitude as of another, and now and then a bound itself."""
    return random.choice((least, most, *[least * (most / least) ** random.random()] * 6))


def people(random, most):
    return random.choice((0, most, *[random.randint(0, most)] * 4))


@st.composite
def policies(draw, least_say=0.5):
    random = draw(RANDOM)
    usual = [say for say in (0.5, 0.85, 0.95) if say >= least_say]
    return formula.Policy(
        end_user_say=random.choice((random.choice(usual), random.uniform(least_say, 0.95))),
        people_exponent=random.choice((1.0, 0.5, 0.0)),
        gap_emphasis=share(random),
        responsiveness=share(random),
        assumed_adoption=share(random),
        assumed_seats=random.choice((0.0, 10.0, random.uniform(0, 1000))),
    )


def persona(random, number, kinds=KINDS):
    installed = random.choice((None, people(random, 40), people(random, 10**6)))
    readings = {}
    if installed is not None:
        active = people(random, installed)
        around = people(random, active)
        readings = {"installed": installed, "active": active, "worked_around": around}
    return Persona(
        id=number,
        kind=random.choice(kinds),
        headcount=random.choice((1, 7, 7, NAN, *[round(between(random, 1, 10**9))] * 4)),
        importance=random.choice((0.0, 1.0, 1.0, 1.5, *[between(random, 0.01, 1000)] * 4)),
        **readings,
    )


@st.composite
def a_persona(draw, number):
    return persona(draw(RANDOM), number)


@st.composite
def some_personas(draw, least=0, kinds=KINDS):
    count, random = draw(st.integers(least, 6)), draw(RANDOM)
    numbers = random.sample(range(1, 31), count)
    return tuple(persona(random, number, kinds) for number in numbers)


@st.composite
def some_ratings(draw, personas, requirements=REQUIREMENTS, bases=BASES):
    if not personas:
        return ()
    count, random = draw(st.integers(0, 12)), draw(RANDOM)
    return tuple(
        Rating(
            random.choice(requirements),
            random.choice(personas).id,
            random.randint(-5, 5),
            random.choice(bases),
        )
        for _ in range(count)
    )


@st.composite
def products(draw, least=0, kinds=KINDS, bases=BASES, policy=None):
    personas, random = draw(some_personas(least, kinds)), draw(RANDOM)
    return Product(
        personas=personas,
        ratings=draw(some_ratings(personas, bases=bases)),
        efforts={
            number: random.choice((1.0, 4.0, NAN, between(random, 0.01, 10**6)))
            for number in REQUIREMENTS
        },
        policy=draw(policies() if policy is None else policy),
    )
