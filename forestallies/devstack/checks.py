"""What `./run test` checks before it runs pytest, in this order."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from forestallies.devstack.state import ROOT

TOOLS = Path(sys.executable).parent


@dataclass(frozen=True)
class Check:
    """A heading and the command under it, run at the project's root."""

    heading: str
    command: Sequence[str]


def checks() -> list[Check]:
    python = sys.executable
    return [
        Check("Lint", [tool("ruff"), "check", "."]),
        Check("Format", [tool("ruff"), "format", "--check", "."]),
        Check("Templates", [tool("djade"), "--check", *templates()]),
        Check("Types", [python, "-m", "mypy"]),
        Check("Import contracts", [python, tool("lint-imports"), "--no-cache"]),
        Check("Missing migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]),
        Check("Catalogues", [python, "-m", "forestallies.devstack.catalogues"]),
    ]


def tool(name: str) -> str:
    return str(TOOLS / name)


def templates() -> list[str]:
    """Every template of the project, from its root."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
