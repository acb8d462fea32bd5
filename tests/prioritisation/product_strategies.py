"""Random products for the properties: importance 0, ties, unequal sizes and all policies in."""

from hypothesis import strategies as st

from prioritisation import scoring

from .scoring_cases import CONFIDENCE, NAN, Persona, Product, Rating

REQUIREMENTS = (1, 2, 3)
VALUES = st.integers(-5, 5)
BASES = st.sampled_from(tuple(CONFIDENCE))
SHARES = st.sampled_from((0.0, 0.25, 0.5, 1.0)) | st.floats(0, 1)
KINDS = st.sampled_from(("end_user", "end_user", "procurer", "advertiser", "other"))


@st.composite
def policies(draw, least_say=0.5):
    return scoring.Policy(
        end_user_say=draw(
            st.sampled_from([say for say in (0.5, 0.85, 0.95) if say >= least_say])
            | st.floats(least_say, 0.95)
        ),
        people_exponent=draw(st.sampled_from((1.0, 0.5, 0.0))),
        gap_emphasis=draw(SHARES),
        responsiveness=draw(SHARES),
        assumed_adoption=draw(SHARES),
        assumed_seats=draw(st.sampled_from((0.0, 10.0)) | st.floats(0, 1000)),
    )


@st.composite
def a_persona(draw, number, kinds=KINDS):
    installed = draw(st.none() | st.integers(0, 40) | st.integers(0, 10**6))
    readings = {}
    if installed is not None:
        active = draw(st.integers(0, installed))
        around = draw(st.integers(0, active))
        readings = {"installed": installed, "active": active, "worked_around": around}
    return Persona(
        id=number,
        kind=draw(kinds),
        headcount=draw(st.sampled_from((1, 7, 7, NAN)) | st.integers(1, 10**9)),
        importance=draw(st.sampled_from((0.0, 1.0, 1.0, 1.5)) | st.floats(0.01, 1000)),
        **readings,
    )


@st.composite
def some_personas(draw, least=0, kinds=KINDS):
    numbers = draw(st.lists(st.integers(1, 30), min_size=least, max_size=6, unique=True))
    return tuple(draw(a_persona(number, kinds)) for number in numbers)


@st.composite
def some_ratings(draw, personas, requirements=REQUIREMENTS, bases=BASES):
    if not personas:
        return ()
    who = st.sampled_from([persona.id for persona in personas])
    what = st.sampled_from(requirements)
    rows = draw(st.lists(st.tuples(what, who, VALUES, bases), max_size=12))
    return tuple(Rating(*row) for row in rows)


@st.composite
def products(draw, least=0, kinds=KINDS, bases=BASES, policy=None):
    personas = draw(some_personas(least, kinds))
    efforts = st.sampled_from((1.0, 4.0, NAN)) | st.floats(0.01, 10**6)
    return Product(
        personas=personas,
        ratings=draw(some_ratings(personas, bases=bases)),
        efforts={number: draw(efforts) for number in REQUIREMENTS},
        policy=draw(policies() if policy is None else policy),
    )
