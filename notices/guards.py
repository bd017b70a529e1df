"""Guards: asked right before sending whether a message is still wanted."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple


class Verdict(NamedTuple):
    """Whether a message may go, and if not, why (for the ledger)."""

    ok: bool
    reason: str = ""


Guard = Callable[[str, datetime], Verdict]

_GUARDS: dict[str, Guard] = {}


def register(name: str, guard: Guard) -> None:
    """Make a guard known by the name that notices store; apps call it when they are ready."""
    _GUARDS[name] = guard


def ask(name: str, subject_ref: str, at: datetime) -> Verdict:
    """Ask a guard. No name means always wanted.

    Raises:
        UnknownGuard: the app that wrote the notice is gone or misspelt the name; the notice must fail visibly.
    """
    if not name:
        return Verdict(True)
    if name not in _GUARDS:
        raise UnknownGuard(f"no guard is called {name!r}")
    return _GUARDS[name](subject_ref, at)


class UnknownGuard(LookupError):
    """A notice names a guard that nobody registered."""
