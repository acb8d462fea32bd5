"""Pages that follow the scores: nothing new is 204, what is new comes alone."""

import pytest

from prioritisation.models import Rating
from prioritisation.pipeline.rescoring import rescore
from tests import cast
from tests.cast import signed_in

pytestmark = pytest.mark.django_db

PAGES = [
    f"/p/ROTA/{page}"
    for page in (
        "ask/?top=1",
        "lenses/?lens=equal",
        "sure/",
        "shipped/",
        "scenarios/",
        "map/?axes=effort",
        "history/",
        "compare/?a=1&b=2",
    )
]


@pytest.mark.parametrize("path", PAGES)
def test_it_is_204_until_something_changes_and_then_the_part_alone(rota, alice, path):
    client, start = signed_in(alice), path.split("?")[0]
    page = client.get(path)
    asks = page.context["follow_url"]
    assert asks.startswith(path)
    assert f'hx-get="{asks.replace("&", "&amp;")}"' in page.content.decode()
    assert f'data-live="{page.context["validator"]}"' in page.content.decode()
    assert "live_updates.js" in page.content.decode()
    assert client.get(asks).status_code == 204

    Rating.objects.filter(requirement__number=2, persona__name="Nurse").update(value=5)
    marked = client.get(asks)
    rescore(rota.pk)
    scored = client.get(marked.context["follow_url"])

    for answer in (marked, scored):
        part = answer.content.decode()
        assert answer.status_code == 200
        assert part.lstrip().startswith(f'<div id="{start.split("/")[3]}-now"')
        assert f'data-live="{answer.context["validator"]}"' in part
        assert "<html" not in part
        assert "live_updates.js" not in part
    assert asks != marked.context["follow_url"] != scored.context["follow_url"]
    assert client.get(scored.context["follow_url"]).status_code == 204


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_follows_nothing(rota, path):
    stranger = signed_in(cast.user("charlie"))

    assert stranger.get(path, {"have": "x"}).status_code == 404


def test_the_part_has_what_the_page_would_have(rota, alice):
    client, asked = signed_in(alice), "Record the answer of Nurse about Dark mode"
    before = client.get("/p/ROTA/ask/")
    dark, nurse = rota.requirements.get(number=3), rota.personas.get(name="Nurse")
    Rating.objects.create(
        product=rota, requirement=dark, persona=nurse, value=2, basis="seen", rater=alice
    )

    part = client.get(before.context["follow_url"]).content.decode()

    assert asked in before.content.decode()
    assert asked not in part
    assert part.strip() in client.get("/p/ROTA/ask/").content.decode()
