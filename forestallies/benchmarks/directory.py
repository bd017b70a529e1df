"""The directory: finding people by name and by filters, beside the bare queries with the same indexes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice, product

from django.db import connection

from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.people import LANGUAGES, ZONES
from forestallies.benchmarks.reminders import queries
from forestallies.lib import clock
from members import directory
from members.directory import Search
from members.models import Circle, Community, DirectoryEntry, Member, Membership, Organisation

SIZE = 100_000
ORGANISATIONS = 2_000
BATCH = 5_000
GIVEN = (
    "Ana", "José", "Kwame", "Adjoua", "Inès", "Siti", "Bastien", "Marta", "Élodie", "Rodrigo", "Yaa", "Dewi", "Núria",
    "Tomás", "Akosua", "Chloé", "Wayan", "Bianca", "Ímar", "Lucía", "Kofi", "Fatou", "Ibrahim", "Célia", "Juma", "Noor",
    "Piet", "Sanne", "Urs", "Vera", "Xóchitl", "Zoé", "Emeka", "Gift", "Hanna", "Otilia", "Quim", "Pilar", "Ruth",
    "Lars", "Omar",
)  # fmt: skip
FIRST = ("Que", "Men", "Boa", "Cei", "Alm", "Tam", "Rob", "Gua", "Chi", "Mel", "Noi", "Erl", "Hic", "Jat", "Cap", "Sau")
MIDDLE = ("is", "án", "tel", "or", "ugu", "ar", "éme", "on", "ibo", "ent", "úl", "ass", "imo", "ep")
LAST = ("pe", "ez", "sah", "ño", "eng", "illo", "ière", "wald", "ira", "ko", "duz")
SOUGHT = ("quispe", "Boatelsah", "Menanez", "Ceiorño", "Jatibopee", "Lucia Guaarpe", "Xochitl Capentko", "Erlonwlad")

BY_NAME = """
SELECT m.id, m.name FROM members_member m JOIN members_directoryentry e ON e.member_id = m.id
WHERE fa_fold(m.name) %%> fa_fold(%s) AND e.is_listed
ORDER BY word_similarity(fa_fold(%s), fa_fold(m.name)) DESC, fa_fold(m.name), m.id LIMIT 25
"""
BY_FILTERS = """
SELECT m.id, m.name FROM members_member m JOIN members_directoryentry e ON e.member_id = m.id
WHERE e.is_listed AND m.country = %s AND e.languages @> ARRAY[%s]::varchar[]
ORDER BY fa_fold(m.name), m.id LIMIT 25
"""


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    community = make_directory(size, at=clock.now())
    named = directory.themes()
    for what, searches in (
        (f"names looked for among {size} people", [Search(name=name) for name in SOUGHT]),
        (f"a country and a language among {size} people", [Search(country="PE", language="qu")] * len(SOUGHT)),
    ):
        bare = [bare_query(search) for search in searches]
        yield compare(
            what=what,
            baseline="the bare query and its index",
            unit="searches",
            bare=lambda bare=bare: rate(len(bare), lambda: run(bare)),  # type: ignore[misc]  # a lambda with a default
            real=lambda searches=searches: rate(len(searches), look(searches, community.pk, named)),  # type: ignore[misc]  # a lambda with a default
            rounds=rounds,
            note=f"{queries(look(searches[:1], community.pk, named))} statements each",
        )


def make_directory(size: int, *, at: datetime) -> Community:
    """A community of so many listed people with names of their own, in organisations, from four countries."""
    circle = Circle.objects.create(kind=Circle.Kind.COMMUNITY, name="Benchmark directory")
    community = Community.objects.create(slug="benchmark-directory", name="Benchmark", purpose="-", circle=circle)
    kinds = list(Organisation.Kind)
    organisations = Organisation.objects.bulk_create(
        Organisation(name=f"{one}{two}{three} {number}", kind=kinds[number % 6], country="GH")
        for number, (one, two, three) in enumerate(islice(product(FIRST, MIDDLE, LAST), ORGANISATIONS))
    )
    surnames = [first + middle + last for first, middle, last in product(FIRST, MIDDLE, LAST)]
    names = islice(product(surnames, GIVEN), size)
    rows = iter(
        Member(
            name=f"{given} {surname}", email=f"directory{n}@example.org", password="!",  # noqa: S106 (none)
            country=("PE", "GH", "FR", "BR")[n % 4], language=LANGUAGES[n % 4], zone=ZONES[n % 4],
        )
        for n, (surname, given) in enumerate(names)
    )  # fmt: skip
    while people := Member.objects.bulk_create(islice(rows, BATCH)):
        Membership.objects.bulk_create(
            Membership(
                member=person, community=community, organisation=organisations[person.pk % len(organisations)],
                stakeholder=kinds[person.pk % 7], joined_at=at,
            )
            for person in people
        )  # fmt: skip
        DirectoryEntry.objects.bulk_create(
            DirectoryEntry(
                member=person, is_listed=True, shows_languages=True, languages=["es", "en" if n % 9 else "qu"]
            )
            for n, person in enumerate(people)
        )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.get_autocommit() else "ANALYZE")
    return community


def look(searches: list[Search], community: int, named: dict[int, str]) -> Callable[[], None]:
    def act() -> None:
        for search in searches:
            directory.people(search, [community], named)

    return act


def bare_query(search: Search) -> tuple[str, list[str]]:
    """What somebody would write by hand for the names alone: no cards, no visibility of fields but what is asked."""
    if search.name:
        return BY_NAME, [search.name, search.name]
    return BY_FILTERS, [search.country, search.language]


def run(statements: list[tuple[str, list[str]]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(directory.ALIKE)])
        for statement, values in statements:
            cursor.execute(statement, values)
            cursor.fetchall()
