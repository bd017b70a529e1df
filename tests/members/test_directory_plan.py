"""The directory among many: a name, also one with typing errors, is looked up in its index."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forestallies.benchmarks.directory import make_directory
from members import directory
from members.directory import Search
from members.models import Member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, tzinfo=UTC)


def plans_of(act) -> dict[str, str]:
    """Each statement of an act that reads names, with PostgreSQL's plan for it."""
    with CaptureQueriesContext(connection) as seen:
        act()
    plans = {}
    for query in seen.captured_queries:
        sql = query["sql"]
        if sql.startswith("SELECT") and "members_member" in sql and "WORD_SIMILARITY" in sql.upper():
            with connection.cursor() as cursor:
                cursor.execute("EXPLAIN " + sql.replace("%", "%%"), [])
                plans[sql] = "\n".join(line for (line,) in cursor.fetchall())
    return plans


def test_name_is_searched_through_its_index():
    community = make_directory(20_000, at=AT)
    wanted = Member.objects.get(email="directory777@example.org").name
    misspelt = wanted.replace("a", "e", 1)
    for name in (wanted, misspelt):
        search = Search(name=name)
        plans = plans_of(lambda search=search: directory.people(search, [community.pk], {}))
        assert len(plans) == 1
        [plan] = plans.values()
        assert "Index Scan on member_alike" in plan and "Seq Scan on members_member" not in plan
