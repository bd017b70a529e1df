"""What the Dockerfile and the compose file say, and a folder filled as the image would be."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from tests.processes import ROOT

BIN = Path(sys.executable).parent  # stands for the image's /venv/bin


def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def services() -> dict[str, dict[str, Any]]:
    return compose()["services"]


def instructions() -> list[tuple[str, str]]:
    """Each instruction of the Dockerfile with its words, in order, comments and line ends taken out."""
    lines = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [(words[0], words[2]) for line in whole.splitlines() if (words := line.partition(" "))[0]]


def final_stage() -> list[tuple[str, str]]:
    every = instructions()
    last = max(number for number, (name, _) in enumerate(every) if name == "FROM")
    return every[last:]


def words_of(name: str) -> str:
    """The words of the only instruction of this name in the final stage."""
    (words,) = [words for found, words in final_stage() if found == name]
    return words


def web_command() -> list[str]:
    return json.loads(words_of("CMD"))


def web_health_check() -> list[str]:
    return json.loads(words_of("HEALTHCHECK").partition(" CMD ")[2])


def build_command() -> str:
    (command,) = [words for name, words in final_stage() if name == "RUN" and "collectstatic" in words]
    return command


def tool(command: list[str]) -> list[str]:
    """A command of the image, with this environment's programs."""
    return [str(BIN / command[0]), *command[1:]] if (BIN / command[0]).exists() else command


def interpolated(text: str, **variables: str) -> str:
    """Put values in the place of `${NAME:?reason}`, as compose does."""
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: variables[found[1]], text)


def ignored() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def is_ignored(path: str) -> bool:
    """Whether .dockerignore keeps this path, or a folder above it, out of the image."""
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    for pattern in ignored():
        anywhere, bare = pattern.startswith("**/"), pattern.removeprefix("**/")
        if any(fnmatchcase(parts[n] if anywhere else place, bare) for n, place in enumerate(above)):
            return True
    return False


def copy_into(folder: Path) -> None:
    """Do what `COPY . .` does."""

    def left_out(place: str, names: list[str]) -> set[str]:
        at = Path(place).relative_to(ROOT)
        return {name for name in names if is_ignored((at / name).as_posix())}

    shutil.copytree(ROOT, folder, ignore=left_out, symlinks=True)


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Fill a folder as the image is filled: its files, then its build commands, without any setting from here."""
    copy_into(folder)
    clean = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder)}
    return subprocess.run(["sh", "-c", build_command()], cwd=folder, env=clean, capture_output=True, text=True)


def shell_words(command: str) -> list[str]:
    return shlex.split(command)
