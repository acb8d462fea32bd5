"""What Dockerfile, compose.yaml and README promise to whoever runs Userward as a service."""

import ast
import re
import time
from pathlib import Path

import pytest
import yaml

from config.embedded import servers as embedded
from config.management.commands import build_font
from config.programs import PROGRAMS

ROOT = Path(__file__).parents[2]
# For tests alone: tests/servers.py says why.
OF_THE_TESTS = {"STATICFILES_STORAGE", "WHITENOISE_USE_FINDERS"}


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]


def test_its_postgresql_is_set_as_the_one_over_which_everything_is_tested(services):
    postgres = services["postgres"]
    settings = dict(
        word.split("=") for word in postgres["command"].replace("postgres", "").split(" -c ")[1:]
    )

    # Its time zone is UTC anyway, as every container's.
    assert settings | {"timezone": "UTC"} == embedded.POSTGRES_SETTINGS
    initdb = postgres["environment"]["POSTGRES_INITDB_ARGS"].split()
    assert initdb == embedded.INITDB_OPTIONS


def test_its_postgresql_is_healthy_only_once_others_can_reach_it(services):
    # The image first runs a server on its socket alone; migrating then was refused, and tried anew.
    assert "-h 127.0.0.1" in services["postgres"]["healthcheck"]["test"]


def test_no_service_may_more_than_it_needs(services):
    may_add = {"postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}}
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["read_only"] is True, name
        assert set(service.get("cap_add", [])) == may_add.get(name, set()), name


def test_the_font_is_the_same_wherever_it_is_cut(tmp_path):
    """Else two hosts of one site name it, and the style sheet that loads it, differently."""
    first, second = tmp_path / "first.woff2", tmp_path / "second.woff2"
    build_font.cut(first)
    time.sleep(1)  # fonts tell time in seconds
    build_font.cut(second)

    assert first.read_bytes() == second.read_bytes()


def variables_read():
    """{name: default as README writes it, or None where an expression makes it}."""
    found = {"PORT": "8000"}  # by `make run` alone
    for call in ast.walk(ast.parse((ROOT / "config/settings.py").read_text())):
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[0] == "env":
            default = [word.value for word in call.keywords if word.arg == "default"]
            if default:  # one read by two names has it where it is read first
                found[call.args[0].value] = in_words(default[0])
    return {name: default for name, default in found.items() if name not in OF_THE_TESTS}


def in_words(default):
    try:
        value = ast.literal_eval(default)
    except ValueError:
        return None
    match value:
        case bool():
            return str(value).lower()
        case list():
            return ",".join(value)
        case float() if value.is_integer():
            return str(int(value))
    return str(value)


def variables_told():
    rows = re.findall(
        r"^\| `([A-Z_]+)` \| (.*?) \|", (ROOT / "README.md").read_text(), re.MULTILINE
    )
    return dict(rows)


def test_readme_lists_every_variable_and_no_other():
    assert variables_told().keys() == variables_read().keys()


@pytest.mark.parametrize("name", [name for name, default in variables_read().items() if default])
def test_readme_tells_the_default(name):
    assert variables_told()[name].startswith(f"`{variables_read()[name]}`")


@pytest.mark.parametrize("name", PROGRAMS)
def test_compose_and_readme_start_the_programs_that_are_tested(services, name):
    started = PROGRAMS[name].replace("manage.py", "python manage.py")

    assert services[name]["command"].startswith(started)
    assert re.search(
        rf"^    {re.escape(started)}( --port 8001)?$",
        (ROOT / "README.md").read_text(),
        re.MULTILINE,
    )
