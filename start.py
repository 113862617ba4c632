"""Set up the toolkit in ``.venv`` and run it; needs Python 3.11 or newer and nothing else.

    python3 start.py demo [OPTIONS]    set up, then run ``reconcile demo`` on the sample exports
    python3 start.py test [OPTIONS]    set up with the developers' tools, then run all tests
    python3 start.py setup             set up with the developers' tools only

Options after the word are handed on (``python3 start.py test tests/match -k twins``). What is
installed is fixed to the letter by the lock files; an environment that fits them is used again.
This file must be readable by old Pythons, so that they can say that they are too old.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "installed.txt"
LOCKS = {"user": ROOT / "requirements.lock", "developer": ROOT / "requirements-dev.lock"}
OLDEST = (3, 11)

TOO_OLD = """\
This toolkit needs Python {oldest} or newer; this is Python {found}.
Cần Python {oldest} trở lên; máy này đang chạy Python {found}.
Install it (Windows: from python.org; Debian and Ubuntu: python3.11 and python3.11-venv), then
start again with that Python, for example:  python3.11 start.py {verb}"""
NO_VENV = """\
Python could not make the environment {folder}.
Không tạo được môi trường {folder}.
On Debian and Ubuntu install the package python3-venv; elsewhere see that the disk is not full and
that you may write to this folder. Then start again."""
NO_INSTALL = """\
The packages could not be installed; pip says why above.
Không cài được các gói phần mềm; lý do ở trên.
Most often there is no way to the internet or a proxy in between. Nothing else was changed: put
it right and start again, what was downloaded is used again."""


class SetupError(Exception):
    """The toolkit cannot be set up; the text says what to do."""


def fingerprint(kind: str) -> str:
    """What an environment of this kind must have been made from to be used again."""
    digest = hashlib.sha256(sys.version.encode())
    for path in (LOCKS[kind], ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    return f"{kind} {digest.hexdigest()}"


def is_ready(kind: str) -> bool:
    """Whether ``.venv`` fits the lock file; one made for developers serves users too."""
    if not (PYTHON.exists() and STAMP.exists()):
        return False
    installed = STAMP.read_text(encoding="utf-8").splitlines()
    return any(fingerprint(each) in installed for each in {kind, "developer"})


def pip(*arguments: str) -> None:
    """Run pip inside ``.venv``."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    if subprocess.call([*command, "install", "--quiet", *arguments], cwd=str(ROOT)) != 0:
        raise SetupError(NO_INSTALL)


def make_environment() -> None:
    """Make ``.venv`` anew."""
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    if subprocess.call([sys.executable, "-m", "venv", str(ENVIRONMENT)]) != 0:
        raise SetupError(NO_VENV.format(folder=ENVIRONMENT))


def set_up(kind: str) -> None:
    """Bring ``.venv`` to what the lock file of this kind says.

    Raises:
        SetupError: it cannot be done; the text says what to do.
    """
    if is_ready(kind):
        return
    print(
        f"Setting up in {ENVIRONMENT} (once; some 200 MB are downloaded) …\n"
        "Đang cài đặt lần đầu, xin chờ vài phút …",
        flush=True,
    )
    make_environment()
    # Only wheels, and only those whose hashes the lock file has: nothing is built or chosen here.
    # The file names all packages: pip need not ask which newer ones their dependencies allow.
    pip("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(LOCKS[kind]))
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    STAMP.write_text(fingerprint(kind) + "\n", encoding="utf-8")


def command(verb: str, options: list[str]) -> list[str]:
    """The command that a verb stands for."""
    if verb == "test":
        return [str(PYTHON), "-m", "pytest", "-n", "auto", "--dist", "loadfile", *options]
    return [str(PYTHON), "-m", "cli", verb, *options]


def main(arguments: list[str]) -> int:
    """Set up and run; returns the exit code."""
    verb = arguments[0] if arguments else ""
    if sys.version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        print(TOO_OLD.format(oldest=oldest, found=sys.version.split()[0], verb=verb or "demo"))
        return 2
    if verb not in {"demo", "test", "setup"}:
        print(__doc__)
        return 0 if verb in {"-h", "--help"} else 2
    try:
        set_up("user" if verb == "demo" else "developer")
    except (SetupError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if verb == "setup":
        return 0
    return subprocess.call(command(verb, arguments[1:]), cwd=str(ROOT))


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A Windows console of an old code page cannot show every letter; show the rest.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
