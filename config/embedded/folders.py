"""Where the embedded servers keep their data and sockets, and whom they run as.

All of it follows from the data folder and from who we are, so that each process finds the same.
PostgreSQL refuses to run as root; what its account can't reach is kept below SHARED instead.
"""

import hashlib
import importlib.metadata
import os
import pwd
import shutil
import stat
import subprocess
import time
from pathlib import Path

SHARED = Path("/var/lib/userward")
# A socket's path has 108 bytes on Linux, 104 on macOS; PostgreSQL's own name takes some.
LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")


class CannotStart(Exception):
    """The servers can't be started; the message says why and what to do."""


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, that the servers' account may pass whatever the umask."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def account_for(base: Path) -> pwd.struct_passwd | None:
    """Whom the servers run as: None for ourselves, somebody else where we are root."""
    if os.geteuid() != 0:
        return None
    data = base / "postgres"
    if data.exists() and data.stat().st_uid != 0:
        return pwd.getpwuid(data.stat().st_uid)
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart("As root, PostgreSQL needs an account to run as: 'postgres' or 'nobody'.")


def home_of(base: Path) -> Path:
    """Where the servers keep their data: the data folder, if their account can reach it."""
    return base if _reaches(account_for(base), base) else SHARED / _digest(base)


def sockets_of(base: Path) -> Path:
    sockets = home_of(base) / "sockets"
    fits = len(os.fsencode(sockets)) <= LONGEST_SOCKET_FOLDER
    return sockets if fits else Path("/tmp") / f"userward-{_digest(base)}"  # noqa: S108 owner checked


def valkey_socket(base: Path) -> Path:
    return sockets_of(base) / "valkey.sock"


def _digest(base: Path) -> str:
    return hashlib.sha256(f"{os.geteuid()} {base}".encode()).hexdigest()[:12]


def _reaches(account: pwd.struct_passwd | None, path: Path) -> bool:
    """Whether the account may pass every folder down to this path (those that exist)."""
    if account is None:
        return True
    return all(_may_pass(account, part) for part in (path, *path.parents) if part.exists())


def _may_pass(account: pwd.struct_passwd, path: Path) -> bool:
    status = path.stat()
    if status.st_uid == account.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def take_elsewhere(home: Path, *, marker: Path) -> None:
    """Use `home` for a data folder out of the account's reach.

    Data without our marker belong to an earlier checkout at the same path, which was removed:
    they are put aside, never opened with this one's key and never deleted.
    """
    if home.exists() and not marker.exists():
        home.rename(home.with_name(f"{home.name}.{int(time.time())}"))
    make_folder(home)
    marker.write_text(f"{home}\n")


def make_private(folder: Path, account: pwd.struct_passwd | None) -> None:
    """A folder that only the servers' account (and root) may enter: sign-in is by the socket."""
    folder.mkdir(mode=0o700, exist_ok=True)
    owner = account.pw_uid if account else os.geteuid()
    if folder.is_symlink() or folder.stat().st_uid not in (owner, os.geteuid()):
        raise CannotStart(f"{folder} belongs to somebody else.")
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def programs_of(distribution: str, account: pwd.struct_passwd | None) -> Path:
    """A folder that holds the wheel's folders and that the account can reach."""
    wheel = importlib.metadata.distribution(distribution)
    installed = Path(wheel.locate_file("")).resolve()
    # ".." leads to its scripts, which aren't ours to run.
    names = {file.parts[0] for file in wheel.files if file.parts[0] != ".."}
    folders = [installed / name for name in sorted(names) if (installed / name).is_dir()]
    if all(_reaches(account, folder) for folder in folders):
        return installed
    copy = SHARED / f"{distribution}-{wheel.version}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        make_folder(unfinished)
        for folder in folders:
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        subprocess.run(["chmod", "-R", "a+rX", unfinished], check=True)
        unfinished.rename(copy)
    return copy
