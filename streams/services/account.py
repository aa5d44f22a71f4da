"""Who the services run as. Elasticsearch refuses root, and Kafka needs no privileges either."""

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from streams.services.errors import AccountError

SERVICE_USER = "stancewatch"
ROOT_CACHE = Path("/var/cache/stancewatch")
ROOT_STATE = Path("/var/lib/stancewatch")


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account that root hands the services to."""

    name: str
    uid: int
    gid: int


def service_account() -> Account | None:
    """The account to run as: None for the caller's own; for root ``stancewatch``, else ``nobody``.

    ``stancewatch`` is made when it is missing. Raises AccountError when there is none of them.
    """
    if os.geteuid() != 0:
        return None
    found = _lookup(SERVICE_USER) or _create(SERVICE_USER) or _lookup("nobody")
    if found is None:
        raise AccountError(
            "Elasticsearch refuses to run as root, and there is no other account to run it as",
            where="neither `stancewatch` nor `nobody` exists, and useradd did not make one",
            remedy=f"create one: useradd --system {SERVICE_USER}; or run this command as an ordinary user",
        )
    return found


def _lookup(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _create(name: str) -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
    subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - fixed words
    return _lookup(name)


def reachable(path: Path, account: Account | None) -> bool:
    """Whether the account can enter path, or the nearest folder above it that exists."""
    while not path.exists():
        path = path.parent
    if account is None:
        return os.access(path, os.X_OK)
    # Asked of the kernel as that account: mode bits alone would miss access lists and namespaces.
    probe = ["test", "-x", str(path)]
    identity = {"user": account.uid, "group": account.gid}
    done = subprocess.run(probe, check=False, extra_groups=[], **identity)  # type: ignore[call-overload]  # noqa: S603
    return bool(done.returncode == 0)


def own(path: Path, account: Account | None) -> None:
    """Give path, and all below it, to the account, unless that is None or owns path already."""
    if account is None or path.lstat().st_uid == account.uid:
        return
    for below in (*path.rglob("*"), path):
        with contextlib.suppress(FileNotFoundError):
            os.chown(below, account.uid, account.gid, follow_symlinks=False)


def service_folder(home: Path, name: str, account: Account | None) -> Path:
    """The folder of one service: ``home/name``, or where it points.

    When the account cannot enter home (such as one below /root), the folder is made in the system's state
    folder, and ``home/name`` becomes a link to it: so home still leads to everything.
    Raises AccountError when home cannot be written.
    """
    folder = home / name
    try:
        _make_home(home)
        if not folder.is_symlink() and not reachable(home, account):
            _link_elsewhere(folder, home)
        real = folder.resolve()
        real.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise AccountError(
            f"cannot write the home folder: {error.strerror}",
            where=str(error.filename or home),
            remedy="choose another with --home",
        ) from error
    return real


def _make_home(home: Path) -> None:
    """Make home and what is missing above it enterable by all, whatever the umask says."""
    missing = [folder for folder in (home, *home.parents) if not folder.exists()]
    home.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        folder.chmod(0o755)


def _link_elsewhere(folder: Path, home: Path) -> None:
    if folder.exists():
        raise AccountError(
            f"the account that {folder.name} runs as cannot enter its folder",
            where=str(folder),
            remedy="make the folders above it enterable (chmod o+x), or choose another --home",
        )
    target = ROOT_STATE / hashlib.sha256(str(home).encode()).hexdigest()[:12] / folder.name
    _make_home(target)
    folder.symlink_to(target)
