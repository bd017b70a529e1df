"""The environment feeds the settings: what is missing or malformed is refused by name, and production is hardened."""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT

PRODUCTION = {
    "SECRET_KEY": "k" * 60 + "-9Qw",
    "SITE_URL": "https://portal.example.org",
    "DATABASE_URL": "postgresql://portal:secret@db:5432/portal",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_URL": "submission://user:secret@mail.example.org:587",
    "TRUSTED_PROXY_COUNT": "1",
}


def manage(*words: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], **PRODUCTION, **environment}
    return subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "manage.py", *words],
        cwd=ROOT,
        env={name: value for name, value in given.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
def test_missing_setting_stops_the_start_with_its_name(name):
    done = manage("check", **{name: None})
    assert done.returncode == 2
    assert f"Setting {name}:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SITE_URL", "portal.example.org"),
        ("SITE_URL", "https://portal.example.org/path"),
        ("DATABASE_URL", "nonsense"),
        ("REDIS_URL", "http://redis"),
        ("EMAIL_URL", "nonsense"),
        ("TRUSTED_PROXY_COUNT", "many"),
        ("ATTENDED_MIN_SHARE", "most"),
        ("DEMO", "perhaps"),
    ],
)
def test_malformed_setting_stops_the_start_with_its_name(name, value):
    done = manage("check", **{name: value})
    assert done.returncode == 2
    assert f"Setting {name}:" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_problems_are_told_at_once():
    done = manage("check", SECRET_KEY=None, SITE_URL="x")
    assert "Setting SECRET_KEY:" in done.stderr and "Setting SITE_URL:" in done.stderr


def test_production_settings_pass_every_deployment_check():
    done = manage("check", "--deploy", "--fail-level", "INFO")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


def test_example_names_every_setting_and_no_other():
    import re

    read = set()
    for file, names in (
        ("forestallies/settings.py", r'env\.\w+\(\s*"([A-Z_]+)"'),
        ("docker-compose.yml", r"\$\{(\w+)"),
    ):
        read |= set(re.findall(names, (ROOT / file).read_text()))
    example = set(re.findall(r"^#?\s?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert example == read
