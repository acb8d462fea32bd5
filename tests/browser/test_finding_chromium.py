"""`make test` brings its own browser: with package managers that only note what they are told."""

import stat

import pytest

from tests.browser import chromium

APT = [
    "apt-get update",
    "apt-get install --yes libatomic1",
    "apt-get install --yes chromium",
]


class Machine:
    """A PATH with fake programs; each call of one is noted."""

    def __init__(self, folder):
        self.folder, self.notes = folder / "bin", folder / "notes"
        self.folder.mkdir()

    def has(self, name, *, then="exit 0"):
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "$(/usr/bin/basename $0) $*" >> {self.notes}\n{then}\n')
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return str(path)

    def has_one_that_brings_chromium(self, name):
        brought = f"printf '#!/bin/sh\\n' > {self.folder}/chromium"
        made = f"/bin/chmod +x {self.folder}/chromium"
        self.has(
            name, then=f'case "$*" in *install*chromium*|-S*chromium*) {brought}; {made};; esac'
        )

    @property
    def told(self):
        lines = self.notes.read_text().splitlines() if self.notes.exists() else []
        return [line for line in lines if "--version" not in line]


@pytest.fixture
def machine(tmp_path, monkeypatch):
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 0)
    # Playwright's own download: its interpreter is another fake; nothing of it is there before.
    monkeypatch.setattr(chromium.sys, "executable", machine.has("python"))
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: None)
    return machine


@pytest.fixture
def plain_user(machine, monkeypatch):
    monkeypatch.setattr(chromium.os, "geteuid", lambda: 1000)
    return machine


def what_it_says_in_the_end():
    with pytest.raises(SystemExit) as ended:
        chromium.main()
    return str(ended.value)


def test_one_that_is_there_is_taken_and_nothing_installed(machine):
    path = machine.has("google-chrome")
    machine.has("apt-get")

    chromium.main()

    assert chromium.find() == path
    assert machine.told == []


@pytest.mark.parametrize(
    ("manager", "commands"),
    [
        ("apt-get", APT),
        (
            "dnf",
            ["dnf install --assumeyes libatomic", "dnf install --assumeyes chromium"],
        ),
        ("pacman", ["pacman -Sy --needed --noconfirm chromium"]),
    ],
)
def test_root_has_it_from_the_systems_package_manager(machine, manager, commands):
    machine.has_one_that_brings_chromium(manager)

    chromium.main()

    assert machine.told == commands
    assert chromium.find() == str(machine.folder / "chromium")


def test_a_second_package_manager_is_left_alone_once_there_is_a_browser(machine):
    machine.has_one_that_brings_chromium("apt-get")
    machine.has("dnf")  # Debian has a package of it

    chromium.main()

    assert machine.told == APT


def test_a_plain_user_asks_by_sudo_which_must_not_wait_for_a_password(plain_user):
    plain_user.has_one_that_brings_chromium("apt-get")
    plain_user.has("sudo", then='shift; "$@"')

    chromium.main()

    assert [line for line in plain_user.told if line.startswith("sudo")] == [
        f"sudo --non-interactive {command}" for command in APT
    ]


def test_a_plain_user_without_sudo_has_playwrights_download(plain_user, monkeypatch):
    plain_user.has("apt-get")
    own = plain_user.has("own")
    monkeypatch.setattr(chromium, "_playwrights_own", lambda: own if plain_user.told else None)

    chromium.main()

    assert plain_user.told == ["python -m playwright install chromium"]
    assert chromium.find() == own


def test_a_plain_user_for_whom_nothing_works_is_told_what_root_has_to_do(plain_user):
    plain_user.has("apt-get")
    plain_user.has("sudo", then="exit 1")

    said = what_it_says_in_the_end()

    assert said == (
        "There is no Chromium that starts.\n"
        "It couldn't be installed from here; as root:\n"
        "    apt-get update\n"
        "    apt-get install --yes libatomic1\n"
        "    apt-get install --yes chromium\n"
        "Or set CHROMIUM to its path."
    )
    assert plain_user.told[-1] == "python -m playwright install chromium"


def test_root_also_has_the_libraries_of_playwrights_download(machine):
    machine.has("apt-get", then="exit 100")  # Ubuntu has no such package

    said = what_it_says_in_the_end()

    assert machine.told == [
        *APT,
        "python -m playwright install chromium",
        "python -m playwright install-deps chromium",
    ]
    assert said.startswith("There is no Chromium that starts.")


def test_a_download_that_failed_needs_no_libraries(machine):
    machine.has("python", then="exit 1")

    said = what_it_says_in_the_end()

    assert machine.told == ["python -m playwright install chromium"]
    assert said == ("There is no Chromium that starts.\nInstall one, or set CHROMIUM to its path.")


def test_one_that_cannot_start_is_not_taken(machine):
    machine.has("chromium-browser", then="echo install the snap; exit 1")
    good = machine.has("google-chrome")

    assert chromium.find() == good


@pytest.mark.parametrize("name", ["nowhere", "broken"])
def test_a_given_one_that_cannot_start_is_named_and_nothing_installed(machine, monkeypatch, name):
    machine.has("broken", then="exit 1")
    machine.has("apt-get")
    monkeypatch.setenv("CHROMIUM", f"{machine.folder}/{name}")

    assert what_it_says_in_the_end() == f"CHROMIUM={machine.folder}/{name} doesn't start."
    assert machine.told == []


def test_a_driver_that_cannot_start_is_installed_for_and_its_complaint_is_told(
    machine, monkeypatch
):
    machine.has("chromium")
    machine.has("apt-get")
    lame = machine.has("node", then="echo libatomic.so.1: not found >&2; exit 127")
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", lame)

    said = what_it_says_in_the_end()

    assert said.startswith("Playwright's driver doesn't start: libatomic.so.1: not found\n")
    assert "apt-get install --yes libatomic1" in machine.told
