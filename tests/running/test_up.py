"""`manage.py up`, which `make run` runs: started, told to stop, killed, started again."""

import contextlib
import os
import re
import signal
import socket
from dataclasses import dataclass

import pytest
from django.core.management import CommandError, call_command
from playwright.sync_api import expect

from tests.processes import eventually
from tests.running.conftest import left_of
from tests.running.up import PASSWORD, Up, running, up_here

# One process starts it, not each of xdist's.
pytestmark = pytest.mark.xdist_group("up")


def weights_of_ranking(browser, up):
    """Bytes on the wire of each file of a sample's ranking, in a browser that knows none yet."""
    weights, urls = {}, {}
    with contextlib.closing(browser.new_context()) as known:
        up.sign_in(known.new_page())
        signed_in = known.storage_state()
    with contextlib.closing(browser.new_context(storage_state=signed_in)) as new:
        page = new.new_page()
        network = new.new_cdp_session(page)
        network.send("Network.enable")
        network.on(
            "Network.requestWillBeSent",
            lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
        )
        network.on(
            "Network.loadingFinished",
            lambda event: weights.update({urls[event["requestId"]]: event["encodedDataLength"]}),
        )
        page.goto(f"{up.address}/p/ROTA/")
        # The live process that it started sends to the page.
        expect(page.locator("html[data-stream=open]")).to_be_attached(timeout=10_000)
    return weights


@dataclass
class Story:
    """Three starts on one data folder (each takes seconds), and what was seen during them."""

    killed: Up
    page: str
    weights: dict[str, float]
    left_after_kill: list[str]
    stopped: Up
    page_after_kill: str
    second_one: str
    code_after_ctrl_c: int
    light: Up
    code_after_sweeper_ended: int


@pytest.fixture(scope="module")
def story(data_dir, browser):
    with running(data_dir) as killed:
        page = killed.page()
        weights = weights_of_ranking(browser, killed)
        killed.process.kill()
        killed.process.wait()
        with contextlib.suppress(AssertionError):
            eventually(lambda: not left_of(data_dir), within=10)
        left_after_kill = left_of(data_dir)
    with running(data_dir, killed.port) as stopped:
        page_after_kill = stopped.page()
        second_one = up_here(data_dir, stopped.port)
        os.kill(stopped.process.pid, signal.SIGINT)
        code_after_ctrl_c = stopped.wait_for_end()
    with running(data_dir, light=True) as light:
        os.kill(light.program("sweeper"), signal.SIGKILL)
        code_after_sweeper_ended = light.wait_for_end()
    return Story(
        killed, page, weights, left_after_kill,
        stopped, page_after_kill, second_one, code_after_ctrl_c,
        light, code_after_sweeper_ended,
    )  # fmt: skip


def test_the_first_start_serves_the_sign_in_page(story):
    assert f"http://127.0.0.1:{story.killed.port}/" in story.killed.output
    assert 'name="password"' in story.page


def test_a_page_of_the_ranking_weighs_at_most_100_kb_in_all(story):
    names = " ".join(story.weights)

    assert all(name in names for name in ("/p/ROTA/", "/app.", "/htmx-2.min.", "/inter."))
    assert sum(story.weights.values()) <= 100_000, story.weights


def test_ctrl_c_ends_everything_in_order(story):
    logs = story.stopped.data_dir / "logs"

    assert story.code_after_ctrl_c == 0
    assert story.stopped.output.endswith("Stopping …\nStopped.\n")
    assert "Shutting down: Master" in (logs / "web.log").read_text()
    assert "Warm shutdown" in (logs / "worker.log").read_text()
    assert "database system is shut down" in (logs / "postgres.log").read_text()


def test_a_second_one_says_in_one_line_that_one_is_running(story):
    stopped = story.stopped

    assert story.second_one == (
        f"Userward is already running at {stopped.address}/ (process {stopped.process.pid}).\n"
    )


def test_the_password_is_shown_once_and_the_key_is_private(story):
    shown = [
        len(re.findall(PASSWORD, up.output)) for up in (story.killed, story.stopped, story.light)
    ]

    assert shown == [1, 0, 0]
    assert (story.killed.data_dir / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_kill_leaves_nothing_behind_and_it_starts_again(story):
    assert story.left_after_kill == []
    assert 'name="password"' in story.page_after_kill


def test_a_program_that_ends_stops_the_whole_and_is_named(story):
    assert story.code_after_sweeper_ended == 1
    assert "sweeper ended by itself (exit code -9)" in story.light.output


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(CommandError) as refusal:
            up_here(tmp_path, port)

    assert f"Port {port} can't be used" in str(refusal.value)
    assert f"make run PORT={port + 1}" in str(refusal.value)


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_a_port_that_is_none_is_refused(port, monkeypatch):
    monkeypatch.setenv("PORT", port)

    with pytest.raises(CommandError, match="PORT must be a number from 1 to 65535"):
        call_command("up")
