"""`python -m forestallies.devstack demo | test | manage …`, called by `./run`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from forestallies.devstack.console import Refused, note


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 1 with a sentence when it is refused, 2 when there is no such."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if name == "demo" and not rest:
            from forestallies.devstack.demo import demo

            return demo()
        if name == "test":
            from forestallies.devstack.suite import test

            return test(rest)
        if name == "manage":
            from forestallies.devstack.manage import manage

            return manage(rest)
    except Refused as refusal:
        note(str(refusal))
        return 1
    except OSError as error:  # a full disk, a folder that turned read-only
        note(f"Stopped, because the system refused something: {error}.")
        return 1
    note("usage: ./run demo | ./run test [pytest arguments] | ./run manage ARGS…")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
