"""Compile the message catalogues: `python -m forestallies.devstack.catalogues`.

Django reads `.mo` files; the repository keeps only the `.po` files that people edit.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from forestallies.devstack.console import Refused, note
from forestallies.devstack.state import ROOT


def compile_stale(root: Path = ROOT) -> list[Path]:
    """Compile each catalogue under `root` whose compiled form is missing or older; return the compiled ones.

    A folder that cannot be written to gets a sentence and is skipped: pages then appear in English.
    Raises `Refused`, naming the file, for a catalogue that does not parse.
    """
    stale = [path for path in sorted(root.glob("locale/*/LC_MESSAGES/*.po")) if is_stale(path)]
    done = []
    for path in stale:
        content = compiled(path)
        try:
            store(path.with_suffix(".mo"), content)
        except OSError as error:
            note(f"{path.with_suffix('.mo')} could not be written ({error.strerror}); its messages stay in English.")
        else:
            done.append(path)
    return done


def is_stale(path: Path) -> bool:
    target = path.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < path.stat().st_mtime_ns


def compiled(path: Path) -> bytes:
    """The binary form of one catalogue."""
    import polib  # only when there is something to compile: every start passes by here

    try:
        content: bytes = polib.pofile(str(path), encoding="utf-8", check_for_duplicates=True).to_binary()
    except (OSError, ValueError) as error:
        raise Refused(f"{path} does not parse: {error}") from error
    return content


def store(target: Path, content: bytes) -> None:
    """Write a file in one piece; two runs may do so at once."""
    fresh = target.with_name(f"{target.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(target)


def main() -> int:
    try:
        compile_stale()
    except Refused as refusal:
        note(str(refusal))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
