"""Guards: asked right before sending whether a message is still wanted."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple


class Verdict(NamedTuple):
    """Whether a message may go, and if not, why (for the ledger)."""

    ok: bool
    reason: str = ""


Guard = Callable[[str, datetime], Verdict]
GuardOfMany = Callable[[Sequence[str], datetime], Sequence[Verdict]]

_GUARDS: dict[str, GuardOfMany] = {}


def register(name: str, guard: Guard) -> None:
    """Make a guard known by the name that notices store; apps call it when they are ready."""
    register_many(name, lambda subject_refs, at: [guard(ref, at) for ref in subject_refs])


def register_many(name: str, guard: GuardOfMany) -> None:
    """Make a guard known that judges a batch at once, one verdict for each subject in its order."""
    _GUARDS[name] = guard


def ask(name: str, subject_ref: str, at: datetime) -> Verdict:
    """Ask a guard about one message; as `ask_many`."""
    [verdict] = ask_many(name, [subject_ref], at)
    return verdict


def ask_many(name: str, subject_refs: Sequence[str], at: datetime) -> Sequence[Verdict]:
    """Ask a guard about the subjects of several messages; give its verdicts in their order.

    No name means always wanted.

    Raises:
        UnknownGuard: the app that wrote the notices is gone or misspelt the name; they must fail visibly.
    """
    if not name:
        return [Verdict(True)] * len(subject_refs)
    if name not in _GUARDS:
        raise UnknownGuard(f"no guard is called {name!r}")
    return _GUARDS[name](subject_refs, at)


class UnknownGuard(LookupError):
    """A notice names a guard that nobody registered."""
