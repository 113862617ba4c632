"""Merges that are killed (``kill -9``) at random moments: is the register whole afterwards?

Grows a small population in three waves and merges the first. Then, again and again, starts the
merge of the next wave in a process of its own, kills it at a random moment, and asks ``verify``.
All lines of all tables must be what they were before; or, where it was writing outputs by then,
the run must be there whole, and is taken back.
In the end the same command must succeed::

    python benchmarks/kills.py --times 20 --seed 1
    python benchmarks/kills.py --times 20 --register postgresql+psycopg://officer@server/empty
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import create_engine, select

from reconcile import pipeline
from reconcile.model import fingerprint
from reconcile.register.dialect import locate
from reconcile.register.tables import metadata
from reconcile.simulate import SimulationOptions, simulate

ROOT = Path(__file__).resolve().parent.parent


def held(register: str) -> str:
    """A hash of all lines of all tables."""
    engine = create_engine(locate(register))
    try:
        with engine.connect() as connection:
            return fingerprint(
                repr(tuple(line))
                for table in metadata.sorted_tables
                for line in connection.execute(select(table).order_by(*table.primary_key.columns))
            )
    finally:
        engine.dispose()


def command(delivery: Path, register: str, out: Path) -> list[str]:
    """The merge of one delivery, as an officer would call it."""
    program = [sys.executable, str(ROOT / "cli.py"), "merge", str(delivery), "--quiet"]
    return [*program, "--register", register, "--out", str(out)]


def merged(delivery: Path, register: str, out: Path) -> float:
    """Merge to the end; seconds that it took."""
    start = time.perf_counter()
    subprocess.run(command(delivery, register, out), check=True, cwd=ROOT)
    return time.perf_counter() - start


def killed(delivery: Path, register: str, out: Path, after: float) -> bool:
    """Kill a merge after so many seconds; False if it had ended by then."""
    with subprocess.Popen(command(delivery, register, out), cwd=ROOT) as process:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            process.kill()
            return True
    return False


def taken_back(register: str) -> str:
    """Take back a second merge that is whole; the hash of what the register holds then."""
    last = pipeline.runs(register)[-1]
    if last["verb"] == "merge" and last["run"] != "R0001":
        pipeline.undo(register, str(last["run"]))
    return held(register)


def main() -> int:
    """Kill, verify, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--entries", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--register", default="", help="an empty database; else a new file")
    options = parser.parse_args()
    rng = random.Random(options.seed)  # noqa: S311 - moments, not secrets
    failures = 0
    with tempfile.TemporaryDirectory() as name:
        folder, out = Path(name), Path(name) / "out"
        simulate(folder / "world", options.entries, options.seed, SimulationOptions(deliveries=3))
        waves = sorted(one for one in (folder / "world").iterdir() if one.name != "truth")
        register = options.register or str(folder / "register.db")
        takes = merged(waves[0], register, out)
        before, caught = held(register), 0
        while caught < options.times:
            after = rng.uniform(0.2, takes)
            if killed(waves[1], register, out, after):
                caught += 1
                problems = [str(one) for one in pipeline.verify(register)]
                last = pipeline.runs(register)[-1]
                state = "as before" if held(register) == before else "MIXED"
                if last["verb"] == "merge" and last["run"] != "R0001":
                    state = "the run is whole"
                failures += bool(problems) or state == "MIXED"
                print(f"{caught:>3} killed after {after:5.1f} s: {problems or 'sound'}, {state}")
            before = taken_back(register)
        merged(waves[1], register, out)
        problems = [str(one) for one in pipeline.verify(register)]
        failures += bool(problems)
        print(f"the same command then: {problems or 'sound'}; failures: {failures}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
