"""A list of members as a CSV file, read, checked and brought in, beside PostgreSQL's COPY of the same rows."""

import io
from collections.abc import Iterator
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.reminders import peak, queries
from forestallies.lib import clock
from jobs import work
from members.actions import imports
from members.models import Circle, Community, MemberImport

SIZE = 50_000
PEAK = 10_000  # rows with which statements and memory are looked at: looking slows the work down
COUNTRIES = ("Perú", "Ghana", "Cote d'Ivoire", "colombia", "Brasil")
KINDS = ("empresa", "organización de comunidad forestal", "ONG")
LANGUAGES = ("Español, Quechua (Cusco, Collao)", "English", "français", "Português, Inglês")
HEADINGS = (
    "Marca temporal,Dirección de correo electrónico,Nombre completo,País,Organización,Tipo de organización,Cargo,"
    "Idiomas,Género,Aviso de privacidad"
)
TABLE = """
CREATE TEMPORARY TABLE IF NOT EXISTS bare (stamp text, email text, name text, country text, organisation text,
 kind text, role text, languages text, gender text, privacy text)
"""


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    community = make_community()
    trials = [lists(-one, min(size, PEAK)) for one in (1, 2)]
    statements = queries(lambda: bring_all(community, trials[0]))
    held_at_most = peak(lambda: bring_all(community, trials[1]))
    # Each round's people are new ones; one in a hundred rows is wrong, as in the requirement.
    files = iter([lists(one, size) for one in range(rounds)])
    held: list[bytes] = []

    def bare() -> float:
        held[:] = [next(files)]
        return rate(size, lambda: copy(held[0]))

    yield compare(
        what=f"{size} rows of a form, 1 % of them wrong: read, checked and brought in",
        baseline="COPY of the same rows into one table",
        unit="rows",
        bare=bare,
        real=lambda: rate(size, lambda: bring_all(community, held[0])),
        rounds=rounds,
        note=f"{1_000 * statements / min(size, PEAK):.0f} statements for 1,000 rows, {held_at_most:.1f} MB at most",
    )


def make_community() -> Community:
    circle = Circle.objects.create(kind=Circle.Kind.COMMUNITY, name="Benchmark import")
    return Community.objects.create(slug="benchmark-import", name="Benchmark", purpose="-", circle=circle)


def lists(round_: int, size: int) -> bytes:
    """So many rows as a form's export has them; of every hundred one has no address that could be one."""
    rows = (
        f"{n % 28 + 1}/10/2026 9:{n % 60:02}:00,{address(round_, n)},Persona {n} Quispe Mamani,"
        f"{COUNTRIES[n % 5]},Asociación {n % 500} (demo),{KINDS[n % 3]},Coordinadora,"
        f'"{LANGUAGES[n % 4]}",{"Mujer" if n % 2 else "Hombre"},"Sí, acepto"'
        for n in range(size)
    )
    return "\n".join([HEADINGS, *rows]).encode()


def address(round_: int, n: int) -> str:
    return f"persona{n} arroba example" if n % 100 == 0 else f"import{round_}.{n}@example.org"


def copy(data: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        cursor.execute("TRUNCATE bare")
        cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.BytesIO(data))


def bring_all(community: Community, data: bytes) -> None:
    bring_in(community, data, at=clock.now())


def bring_in(community: Community, data: bytes, *, at: datetime) -> MemberImport:
    """All that a coordinator waits for: the upload, the check, the import."""
    batch = imports.stage(community=community, file=SimpleUploadedFile("lista.csv", data), by=None, at=at)
    batch = imports.choose_columns(batch=batch, columns=batch.columns, options={}, by=None, at=at)
    checked = imports.latest_job(batch)
    if checked:
        work.run_waiting(clock=clock.now, only=checked)
    job = imports.commit(batch=batch, by=None, at=at)
    work.run_waiting(clock=clock.now, only=job)
    batch.refresh_from_db()
    written = batch.rows.filter(done__made=True).count()
    assert written == batch.counts["create"], batch  # noqa: S101 (a figure of half the work would mislead)
    return batch
