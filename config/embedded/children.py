"""Child processes that end in order, and never outlive the process that started them."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 10 * 1024 * 1024


class ChildEnded(Exception):
    """A child ended by itself; the message names it and shows the end of its log."""

    def __init__(self, child: "Child"):
        self.child = child
        super().__init__(
            f"{child.name} ended by itself (exit code {child.process.returncode}). "
            f"The end of {child.log}:\n{tail(child.log)}"
        )


class SiteBroken(Exception):
    """Every page of the site is an error; the message shows the end of its log."""


class Child:
    """A running process in a session of its own, so that Ctrl-C in the terminal reaches only us.

    Must be made in the main thread: Linux sends `orphan_signal` when the *thread* that
    started the child ends. `keep` are file descriptors that the child holds open too.
    """

    def __init__(
        self,
        name: str,
        argv: list,
        *,
        log: Path,
        stop_signal: int = signal.SIGTERM,
        orphan_signal: int | None = None,
        env: dict[str, str] | None = None,
        account: pwd.struct_passwd | None = None,
        cwd: Path | str | None = None,
        keep: Iterable[int] = (),
    ):
        self.name, self.log, self.stop_signal = name, log, stop_signal
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
                pass_fds=tuple(keep),
                preexec_fn=_end_with_parent(orphan_signal or stop_signal),
                **as_account(account),
            )

    def alive(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def stop(self, patience: float = 15) -> None:
        """Ask it to end; after `patience` seconds end it and its children by force."""
        if self.alive():
            self.signal(self.stop_signal)
            # A paused process can't act on the signal it was sent.
            self.signal(signal.SIGCONT)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        # ProcessLookupError: all of the session is gone already.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def wait_until(ready: Callable[[], bool], *, children: Iterable[Child], seconds: float) -> None:
    """Return once `ready()`; raise ChildEnded or TimeoutError otherwise."""
    deadline = time.monotonic() + seconds
    children = list(children)
    while not ready():
        for child in children:
            if not child.alive():
                raise ChildEnded(child)
        if time.monotonic() > deadline:
            logs = "\n".join(f"{child.log}:\n{tail(child.log)}" for child in children)
            raise TimeoutError(f"not ready within {seconds:g} seconds\n{logs}")
        time.sleep(0.01)


def site_answers(address: str, web: Child) -> bool:
    """Whether the site there is ready; raises SiteBroken if it only has errors to show."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=10):  # noqa: S310
            return True
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SiteBroken(
                f"The site answers with errors. {web.log}:\n{tail(web.log)}"
            ) from error
        # 400: ALLOWED_HOSTS lacks our address, which is none of our business.
        return error.code != HTTPStatus.SERVICE_UNAVAILABLE
    except OSError:
        return False


def stop_all(children: list[Child]) -> None:
    """The last one started ends first; the list is empty afterwards."""
    while children:
        children[-1].stop()
        children.pop()


def tail(log: Path, lines: int = 20) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16_384))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def start_over_when_large(log: Path) -> None:
    """Keep one older log, so that a site that runs for months doesn't fill the disk."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".old.log"))


def as_account(account: pwd.struct_passwd | None) -> dict:
    """Arguments of `subprocess` that run a program as this account; None: as we are."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def end_with_parent(number: int) -> None:
    """Have Linux send this process a signal when its parent ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)


def _end_with_parent(number: int) -> Callable[[], None]:
    # Runs between fork and exec, after the change of user (which would clear the setting).
    parent = os.getpid()

    def prepare() -> None:
        end_with_parent(number)
        if os.getppid() != parent:  # it ended before the line above, and nothing will be sent
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare
