"""The floors of the house (pyproject.toml, importlinter), and what the command line may import."""

import subprocess
import sys
from pathlib import Path

HEAVY = ("pandas", "numpy", "scipy", "great_expectations", "sqlalchemy", "openpyxl", "pyarrow")


def test_imports_only_go_down_the_floors(root):
    program = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run(
        [program, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_command_line_imports_nothing_heavy_before_a_command_runs(root):
    asked = f"import sys, cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
