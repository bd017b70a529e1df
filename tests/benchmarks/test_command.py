"""`manage.py benchmark` measures in a database of its own, leaves nothing behind, and says what it found.

Never how fast: what a machine does meanwhile is not the tests' affair.
"""

import io
import json
import signal
import subprocess
import sys
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.models import Event
from forestallies.benchmarks.measure import Measurement
from forestallies.management.commands import benchmark
from forestallies.management.commands.benchmark import BENCHMARKS
from members.models import Member
from notices.models import Notice
from tests.processes import ROOT, environment, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

MEASURED = {
    "registrations": 1,
    "exports": 2,
    "certificates": 1,
    "pages": 4,
    "notices": 3,
    "join": 6,
    "directory": 2,
    "import": 1,
}  # comparisons of each


def start(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "benchmark", *words],
        cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def test_every_benchmark_runs_and_leaves_the_database_as_it_was(ana):
    before = databases()
    running = start("--json", "--rounds", "1", "--size", "10")
    output, problems = running.communicate(timeout=120)
    assert running.returncode == 0, problems
    answer = json.loads(output)
    assert {name: len(rows) for name, rows in answer["benchmarks"].items()} == MEASURED
    for rows in answer["benchmarks"].values():
        for row in rows:
            assert set(row) - {"errors", "note"} == {"what", "baseline", "unit", "bare", "real", "ratio", "rounds"}
            assert row["bare"] > 0 and row["real"] > 0 and row["ratio"] > 0
            assert len(row["rounds"]["bare"]) == len(row["rounds"]["real"]) == 1
    assert [row["errors"] for row in answer["benchmarks"]["join"]] == [0] * 6
    assert (answer["rounds"], set(answer["machine"])) == (1, {"cores", "postgresql", "python"})
    assert databases() == before
    assert (Member.objects.get(), Event.objects.count(), Notice.objects.count()) == (ana, 0, 0)


def test_words_name_the_baseline_and_the_ratio(monkeypatch):
    found = Measurement("2 certificates", "typst alone", "certificates", bare=(2000.0,), real=(500.0,))
    fake = SimpleNamespace(SIZE=2, measure=lambda **_: [found])
    monkeypatch.setitem(BENCHMARKS, "certificates", fake)
    monkeypatch.setattr(benchmark, "prepared_tables", nullcontext)
    monkeypatch.setattr(benchmark, "scratch_database", nullcontext)
    output = io.StringIO()
    call_command("benchmark", "certificates", rounds="1", stdout=output)
    first, real, bare, last = output.getvalue().splitlines()
    assert first == "certificates: 2 certificates"
    assert real.split() == ["500", "certificates", "per", "second"]
    assert bare.strip() == "2,000 with typst alone: ratio 25.0%"
    assert last.startswith("Medians of 1 rounds; cores ")


def test_stopped_benchmark_drops_its_database_too():
    before = databases()
    running = start("registrations", "--rounds", "1000000")
    wait_for(lambda: databases() - before, "the benchmark's database")
    running.send_signal(signal.SIGTERM)
    running.communicate(timeout=30)
    assert running.returncode == 128 + signal.SIGTERM
    assert databases() == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["speed"], f"There is no benchmark 'speed'; there is {', '.join(BENCHMARKS)}."),
        (["notices", "--rounds", "0"], "--rounds 0 is not a whole number from 1 to 1000000."),
        (["notices", "--size", "many"], "--size many is not a whole number from 1 to 1000000."),
    ],
)
def test_wrong_question_gets_a_sentence_and_status_2(words, sentence):
    with pytest.raises(CommandError) as refusal:
        call_command("benchmark", *words)
    assert (refusal.value.returncode, str(refusal.value)) == (2, sentence)


def test_user_without_the_right_gets_a_sentence(monkeypatch):
    """A cluster may keep `CREATE DATABASE` from the portal's user."""
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS limited")
        cursor.execute("CREATE ROLE limited LOGIN")
    try:
        given = connection.settings_dict["USER"]
        done = subprocess.run(
            [sys.executable, "manage.py", "benchmark", "notices"], cwd=ROOT, capture_output=True, text=True,
            env={**environment(), "DATABASE_URL": environment()["DATABASE_URL"].replace(f"//{given}:", "//limited:")},
        )  # fmt: skip
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE limited")
    assert done.returncode == 2, done.stderr
    assert "may not make databases" in done.stderr
    assert "Traceback" not in done.stderr


def test_benchmarks_are_those_the_documentation_tells_of():
    told = (ROOT / "docs/performance.md").read_text()
    assert [name for name in BENCHMARKS if f"`{name}`" not in told] == []
