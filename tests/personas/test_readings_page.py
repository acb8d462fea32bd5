import pytest

from personas.models import AdoptionReading, Persona
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def rota(client):
    alice = cast.user("alice")
    client.force_login(alice)
    return cast.rota(alice)


def record(client, rota, persona="Nurse", headers=None, **given):
    plain = {"installed": "500", "active": "200", "worked_around": "60", "note": "", "source": ""}
    persona = rota.personas.get(name=persona)
    address = f"/p/ROTA/personas/{persona.pk}/readings/"
    return client.post(address, plain | {"observed_on": "2026-11-01"} | given, headers=headers)


def test_a_reading_is_recorded_in_place(client, rota):
    response = record(client, rota, note="a group chat")

    assert response["Location"] == "/p/ROTA/personas/"
    reading = AdoptionReading.objects.get()
    assert (reading.installed, reading.active, reading.worked_around) == (500, 200, 60)
    assert (reading.note, reading.updated_by.username) == ("a group chat", "alice")


def test_a_second_reading_of_a_day_takes_the_place_of_the_first(client, rota):
    record(client, rota)
    record(client, rota, active="300")

    assert AdoptionReading.objects.get().active == 300


def test_a_reading_stands_in_the_history_as_it_was_recorded(client, rota):
    record(client, rota)
    record(client, rota, active="300")

    events = AdoptionReading.pgh_event_model.objects.order_by("pgh_id")
    assert [(event.pgh_label, event.active) for event in events] == [
        ("insert", 200),
        ("update", 300),
    ]


def test_the_card_shows_the_funnel_and_the_line_over_time(client, rota):
    record(client, rota)
    record(client, rota, observed_on="2026-11-20", active="300")

    page = client.get("/p/ROTA/personas/")

    (nurse,) = page.context["gallery"].users
    assert [(step.name, step.people, step.width) for step in nurse.funnel] == [
        ("in the segment", 500, 100),
        ("have it", 500, 100),
        ("use it", 300, 60),
        ("also work around it", 60, 48),
    ]
    # (200 − 60 + 5) / 510 and (300 − 60 + 5) / 510
    assert [round(point.share, 4) for point in nurse.trend.points] == [0.2843, 0.4804]


def test_without_reloading_the_card_comes_back_and_the_others_shares_with_it(client, rota):
    headers = {"HX-Request": "true"}
    Persona.objects.create(product=rota, name="Ward lead", kind="end_user", headcount=500)

    card = record(client, rota, headers=headers, active="450", worked_around="0")

    text = card.content.decode()
    nurse, lead, hospital = (
        rota.personas.get(name=name).pk for name in ("Nurse", "Ward lead", "Hospital")
    )
    assert card.status_code == 200
    assert text.count("<article") == 1
    assert "Recorded." in text
    # Won: (450 + 5) / 510 = .892, half of them before; the gaps 1.108 and 1.5 share the 85 %.
    assert f'id="share-{nurse}"><b>36\u00a0%' in text
    assert f'id="share-{lead}" hx-swap-oob="true"><b>49\u00a0%' in text
    # (.892 + .5) / 2 of all use it
    assert f'id="reach-{hospital}" hx-swap-oob="true"' in text
    assert "<b>70\u00a0%</b> now" in text


def test_without_reloading_a_bad_reading_comes_back_in_its_card(client, rota):
    card = record(client, rota, headers={"HX-Request": "true"}, active="501")

    text = card.content.decode()
    assert card.status_code == 422
    assert "Nothing was saved" in text
    assert "501 use it, but only 500 have it." in text
    assert 'value="501"' in text
    assert not AdoptionReading.objects.exists()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"active": "501"}, "active"),
        ({"worked_around": "201"}, "worked_around"),
        ({"installed": "-1"}, "installed"),
        ({"installed": ""}, "installed"),
        ({"installed": "2.5"}, "installed"),
        ({"installed": "nan"}, "installed"),
        ({"installed": "9" * 30}, "installed"),
        ({"observed_on": "yesterday"}, "observed_on"),
        ({"observed_on": "2026-02-30"}, "observed_on"),
        ({"observed_on": "0001-01-01"}, "observed_on"),
        ({"observed_on": "2206-11-01"}, "observed_on"),
        ({"note": "x" * 501}, "note"),
        ({"note": "a\0b"}, "note"),
    ],
)
def test_a_bad_reading_gets_a_message_beside_its_figure(client, rota, given, wrong):
    response = record(client, rota, **given)

    assert response.status_code == 422
    (nurse,) = response.context["gallery"].users
    assert wrong in nurse.persona.form.errors
    assert response.context["opened"] == nurse.persona.pk
    assert not AdoptionReading.objects.exists()


def test_who_pays_adopts_nothing(client, rota):
    response = record(client, rota, persona="Hospital")

    assert response.status_code == 422
    assert not AdoptionReading.objects.exists()


def test_a_contributor_records_and_a_viewer_doesnt(client, rota):
    for name, role, status in [("bob", "contributor", 302), ("vera", "viewer", 403)]:
        member = cast.user(name)
        cast.join(rota, member, role)
        client.force_login(member)
        assert record(client, rota).status_code == status


def test_an_adoption_that_nobody_could_see_is_told_as_assumed(client, rota):
    record(client, rota, installed="0", active="0", worked_around="0")

    page = " ".join(client.get("/p/ROTA/personas/").content.decode().split())

    assert "Adoption 50 %, assumed." in page
