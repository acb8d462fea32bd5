"""The main job by the Python client that the schema makes: `python main_job.py ADDRESS TOKEN`.

`mypy --strict` reads it: what the schema leaves open would need a cast or an ignored error here.
"""

import sys
from datetime import date
from typing import TypeVar

from userward_client import AuthenticatedClient
from userward_client.api.adoption_readings import record_adoption_reading
from userward_client.api.personas import create_persona
from userward_client.api.products import (
    create_product,
    delete_product,
    get_ranking,
    record_ratings_of_product,
)
from userward_client.api.requirements import change_requirement, create_requirement, get_requirement
from userward_client.models import (
    Basis,
    BulkRatingRequest,
    Flag,
    PatchedRequirementRequest,
    Persona,
    PersonaKind,
    PersonaRequest,
    Problem,
    ProductRequest,
    Ranking,
    ReadingRequest,
    Requirement,
    RequirementRequest,
    Status,
)
from userward_client.types import Response

T = TypeVar("T")


def good(answer: Response[T | Problem]) -> T:
    if answer.parsed is None or isinstance(answer.parsed, Problem):
        raise SystemExit(f"{answer.status_code}: {answer.content.decode()}")
    return answer.parsed


def main(address: str, token: str) -> None:
    client = AuthenticatedClient(base_url=address, token=token, raise_on_unexpected_status=True)
    made = create_product.sync_detailed(
        client=client, body=ProductRequest(name="Rota", capacity=20), idempotency_key="rota"
    )
    product = good(made)
    assert made.headers["ETag"] == f'"{product.version}"'
    nurse, hospital = (
        persona(client, product.key, name, kind)
        for name, kind in [("Nurse", PersonaKind.END_USER), ("Hospital", PersonaKind.PROCURER)]
    )
    reading = ReadingRequest(observed_on=date(2026, 11, 1), installed=500, active=100)
    good(record_adoption_reading.sync_detailed(client=client, body=reading, persona=nurse.id))
    swap, sso = (
        requirement(client, product.key, title) for title in ("Swap shifts", "Single sign-on")
    )
    given = [(swap, nurse, 5), (swap, hospital, 1), (sso, nurse, -2), (sso, hospital, 5)]
    ratings = [
        BulkRatingRequest(requirement=one.id, persona=who.id, value=value, basis=Basis.SEEN)
        for one, who, value in given
    ]
    recorded = record_ratings_of_product.sync_detailed(product.key, client=client, body=ratings)
    assert good(recorded).recorded == len(ratings)

    ranking = read_ranking(client, product.key, after=int(recorded.headers["Userward-Change"]))
    assert [row.requirement.title for row in ranking.results] == ["Swap shifts", "Single sign-on"]
    first, second = ranking.results
    assert first.score is not None
    assert second.score is not None
    assert first.score > second.score
    assert Flag.CONFLICT in second.flags
    assert [part.kind for part in first.contributions] == [nurse.kind, hospital.kind]

    change_and_refuse_what_is_stale(client, swap)
    read = get_requirement.sync_detailed(swap.id, client=client)
    assert good(read).status is Status.PLANNED
    gone = delete_product.sync_detailed(product.key, client=client, if_match=made.headers["ETag"])
    assert gone.status_code == 204
    assert get_requirement.sync_detailed(swap.id, client=client).status_code == 404


def persona(client: AuthenticatedClient, product: str, name: str, kind: PersonaKind) -> Persona:
    headcount = 500 if kind is PersonaKind.END_USER else None
    body = PersonaRequest(name=name, kind=kind, headcount=headcount)
    return good(create_persona.sync_detailed(client=client, product=product, body=body))


def requirement(client: AuthenticatedClient, product: str, title: str) -> Requirement:
    body = RequirementRequest(title=title, effort=5, tags=["first"])
    return good(create_requirement.sync_detailed(client=client, product=product, body=body))


def read_ranking(client: AuthenticatedClient, product: str, *, after: int) -> Ranking:
    ranking = get_ranking.sync(product, client=client, after=after)
    assert isinstance(ranking, Ranking), ranking
    assert not ranking.stale
    return ranking


def change_and_refuse_what_is_stale(client: AuthenticatedClient, swap: Requirement) -> None:
    planned = PatchedRequirementRequest(status=Status.PLANNED)
    read = f'"{swap.version}"'
    changed = change_requirement.sync_detailed(swap.id, client=client, body=planned, if_match=read)
    assert good(changed).version == swap.version + 1
    stale = change_requirement.sync_detailed(swap.id, client=client, body=planned, if_match=read)
    assert stale.status_code == 412
    assert isinstance(stale.parsed, Problem)
    assert stale.headers["ETag"] == changed.headers["ETag"]
    # An error to mypy, which else would complain that there is none to ignore.
    RequirementRequest(title=3)  # type: ignore[arg-type]


if __name__ == "__main__":
    main(*sys.argv[1:])
