"""The ranking as a file: what the page shows, and nothing that a spreadsheet would run."""

import csv
import io

import pytest

from personas.models import Persona
from prioritisation.pipeline.rescoring import rescore
from products.models import Requirement
from tests.cast import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(alice):
    return signed_in(alice)


def test_the_csv_holds_the_order_and_what_each_persona_adds(rota, client):
    answer = client.get("/p/ROTA/ranking.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ROTA-ranking.csv"'
    swap, sso, dark = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    # Nurse +5 seen, 85 %. Hospital +1 seen of 15 %: 3, of which reach 62.5 % (half of the nurses
    # use it, and a quarter of the rest would follow): 1.875.
    assert (swap["rank"], swap["key"], swap["score"]) == ("1", "ROTA-1", "86.875")
    assert (swap["adds:Nurse"], swap["adds:Hospital"]) == ("85.0", "1.875")
    assert (sso["rank"], sso["adds:Nurse"], sso["flags"]) == ("2", "0.0", "shelfware")
    assert (dark["rank"], dark["score"]) == ("", "")


@pytest.mark.parametrize("title", ["=1+1", "+1", "-1 =2", "@SUM(A1)", "\t=1"])
def test_no_cell_of_the_csv_is_a_formula(rota, client, title):
    Requirement.objects.create(product=rota, title=title, tags=["=2"], external_id="@x")
    Persona.objects.create(product=rota, name="=cmd", kind="other")
    rescore(rota.pk)

    rows = list(
        csv.reader(io.StringIO(client.get("/p/ROTA/ranking.csv").content.decode("utf-8-sig")))
    )

    risky = [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "-"))]
    assert [cell for cell in risky if not is_number(cell)] == []
    assert f"'{title}" in rows[-1]


def is_number(cell):
    try:
        return cell.startswith("-") and bool(float(cell))
    except ValueError:
        return False


def test_the_csv_follows_the_filter(rota, client):
    rows = client.get("/p/ROTA/ranking.csv", {"q": "dark"}).content.decode("utf-8-sig").splitlines()

    assert len(rows) == 2
    assert "Dark mode" in rows[1]
