"""Registrations as a report: who registered for what, in which state, with her answers; needs and notes with care."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from events.models import Answer, Question, Registration
from forestallies.lib import spreadsheets
from forestallies.reports import exports, scopes
from forestallies.reports.registrations import TABLE
from forestallies.reports.search import Search
from members.models import Grant
from tests.factories import GrantFactory, MemberFactory, RegistrationFactory, WorkshopFactory
from tests.factories.events import REGISTERED_AT
from tests.reports.test_pages import HOSTILE, body, download, in_english, page, read_csv
from tests.world import sign_in

HEADINGS = [
    "edition", "session_no", "session_title", "session_date", "person_id", "full_name", "organisation", "country",
    "category_code", "registration_status", "status_since_utc", "registered_at_utc", "waitlist_position",
    "interpretation",
]  # fmt: skip
SENSITIVE = ["accessibility_needs", "note"]
pytestmark = pytest.mark.usefixtures("clock")


def taken(kind, slug, at, *, member=None, **search):
    """The rows of the report as dicts."""
    wanted = Search(**search)
    scope = TABLE.prepare(scopes.find(kind, slug, member=member, at=at), wanted)
    facts = TABLE.rows(scope, wanted, at)
    return [dict(zip(TABLE.headings(scope), row, strict=True)) for row in TABLE.values(scope, facts)]


@pytest.fixture
def asked(small) -> Registration:
    """Ana answered two questions of the second session, and told what she needs."""
    session = small.sessions[1].event_ptr
    why = Question.objects.create(event=session, words_en="Why?", words_fr="Pourquoi ?", position=2)
    grow = Question.objects.create(
        event=session, position=1, kind="choice", words_en="What do you grow?", choices_en="Cocoa\nTrees",
        choices_fr="Cacao\nArbres",
    )  # fmt: skip
    row = Registration.objects.get(event=session, member=small.ana)
    row.needs, row.note, row.interpretation = ["captions", "audio_only"], "Slow line", "es"
    row.save(update_fields=["needs", "note", "interpretation"])
    Answer.objects.create(registration=row, question=why, value="To learn")
    Answer.objects.create(registration=row, question=grow, value="Trees")
    return row


def test_columns_are_these(small, edition, bo, asked, at):
    [first, *_others] = taken("edition", edition.slug, at)
    assert list(first) == [*HEADINGS, "s01_q1 What do you grow?", "s01_q2 Why?"]
    [first, *_others] = taken("edition", edition.slug, at, member=bo)
    assert list(first) == [*HEADINGS, *SENSITIVE, "s01_q1 What do you grow?", "s01_q2 Why?"]


def test_rows_by_hand(small, edition, bo, asked, at):
    rows = taken("edition", edition.slug, at, member=bo)
    assert [(row["session_no"], row["full_name"], row["registration_status"]) for row in rows] == [
        (0, "Ana Quispe", "confirmed"), (1, "Ana Quispe", "confirmed"), (1, "Dan Roe", "cancelled"),
        (1, "Eve Mensah", "confirmed"),
    ]  # fmt: skip
    assert list(rows[1].values()) == [
        "sske-2026-27", 1, "Buyers", date(2026, 11, 17), small.ana.pk, "Ana Quispe", "Cooperativa B (demo)", "PE",
        "COOP",
        "confirmed", REGISTERED_AT, REGISTERED_AT, None, "es", "captions, audio_only", "Slow line", "Trees", "To learn",
    ]  # fmt: skip
    assert list(rows[2].values())[-5:] == [None] * 5


def test_questions_are_those_of_the_events_chosen(small, edition, asked, at):
    rows = taken("edition", edition.slug, at, event_id=small.sessions[0].pk)
    assert [list(row) for row in rows] == [HEADINGS]


def test_place_in_line_counts_the_whole_list(ana, bo, community, at):
    workshop = WorkshopFactory.create()
    for number, country in enumerate(["GH", "PE", "PE"]):
        member = MemberFactory.create(name=f"Waiting {number}", country=country)
        RegistrationFactory.create(event=workshop.event_ptr, member=member, state="waitlisted", queue_no=-number)
    RegistrationFactory.create(event=workshop.event_ptr, member=ana)
    for kind, slug in [("gathering", "autumn-2026"), ("community", community.slug)]:
        rows = taken(kind, slug, at, country="PE")
        assert [(row["full_name"], row["waitlist_position"]) for row in rows] == [
            ("Ana Quispe", None), ("Waiting 1", 2), ("Waiting 2", 1),
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("search", "names"),
    [({"state": "cancelled"}, ["Dan Roe"]), ({"group": "wider"}, ["Eve Mensah"]), ({"state": "offered"}, [])],
)
def test_search_narrows(small, edition, at, search, names):
    assert [row["full_name"] for row in taken("edition", edition.slug, at, **search)] == names


@pytest.mark.parametrize("people", [1, 3])
def test_rows_take_one_query(small, edition, asked, at, people, django_assert_num_queries):
    for _ in range(people):
        row = RegistrationFactory.create(event=small.sessions[1].event_ptr)
        Answer.objects.create(registration=row, question=Question.objects.first(), value="Trees")
    scope = TABLE.prepare(scopes.find("edition", edition.slug, member=None, at=at), Search())
    with django_assert_num_queries(1):
        assert len(list(TABLE.values(scope, TABLE.rows(scope, Search(), at)))) == 4 + people


def test_page_shows_neither_needs_nor_notes_nor_answers(small, bo, asked):
    text = in_english(bo).get(page("registrations")).content.decode()
    assert [text.count(name) for name in ("Ana Quispe", "Dan Roe")] == [2, 1]
    for private in ("Slow line", "To learn", "Captions"):
        assert private not in text
    assert "accessibility_needs" in text  # as the name of a column of the file
    assert "Monday, 2 November 2026, 10:00 (Paris, UTC+1)" in text


def test_page_searches_by_state_of_registration(small, bo):
    browser = in_english(bo)
    lines = browser.get(page("registrations"), {"state": "cancelled"}).context["lines"]
    assert [row.p_name for row, _cells in lines] == ["Dan Roe"]
    assert list(browser.get(page("registrations")).context["form"].fields) == ["session", "group", "country", "state"]
    assert "state" not in browser.get(page("detail")).context["form"].fields


def test_coordinator_takes_needs_and_notes_and_it_is_recorded(small, bo, asked):
    table = read_csv(sign_in(bo).get(download("registrations"), {"state": "confirmed"}))
    assert table[0][-4:] == [*SENSITIVE, "s01_q1 What do you grow?", "s01_q2 Why?"]
    assert ["captions, audio_only", "Slow line", "Trees", "To learn"] in [line[-4:] for line in table]
    entry = Entry.objects.get(verb="report.exported")
    assert entry.detail == {
        "report": "registrations", "format": "csv", "way": "page", "search": {"state": "confirmed"}, "rows": 3,
    }  # fmt: skip


def test_file_of_the_command_has_no_needs_and_no_notes(small, edition, asked, at):
    """Nobody knows who will read it."""
    scope, file = scopes.find("edition", edition.slug, member=None, at=at), io.BytesIO()
    exports.take(exports.Order(TABLE, scope, Search(), "csv", way="command"), file, by=None, at=at)
    text = file.getvalue().decode("utf-8-sig")
    assert "To learn" in text and "Slow line" not in text and "captions" not in text


@pytest.mark.parametrize("right", [Grant.Right.FACILITATOR, Grant.Right.COACH])
def test_facilitators_and_coaches_get_no_file(small, edition, asked, right):
    fay = MemberFactory.create()
    GrantFactory.create(member=fay, circle=edition.circle, right=right)
    browser = sign_in(fay)
    assert [browser.get(one("registrations")).status_code for one in (page, download)] == [403, 403]
    assert not Entry.objects.filter(verb="report.exported").exists()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_notes_answers_and_questions_do_no_harm(small, bo, asked, text):
    Registration.objects.filter(pk=asked.pk).update(note=text)
    Answer.objects.update(value=text)
    Question.objects.update(words_en=text)
    browser = sign_in(bo)
    table = read_csv(browser.get(download("registrations")))
    [line] = [line for line in table if line[4] == str(small.ana.pk) and line[1] == "1"]
    for cell in (line[15], line[16], line[17]):
        assert spreadsheets.armed(cell) == text and cell[0] not in "=@-+"
    assert table[0][16] == f"s01_q1 {text}"
    book = zipfile.ZipFile(io.BytesIO(body(browser.get(download("registrations", form="xlsx")))))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet


def test_list_of_reports_leads_to_it(small, bo):
    assert page("registrations") in sign_in(bo).get(reverse("attendance_list")).content.decode()


@pytest.mark.parametrize("people", [1, 3])
def test_page_costs_the_same_for_one_and_three(small, bo, asked, people, django_assert_num_queries):
    for _ in range(people):
        RegistrationFactory.create(event=small.sessions[0].event_ptr)
    browser = sign_in(bo)
    with django_assert_num_queries(12):
        browser.get(page("registrations"))


def test_moments_are_instants(small, edition, at):
    Registration.objects.filter(member=small.dan).update(state_since=at - timedelta(hours=1))
    [row] = taken("edition", edition.slug, at, state="cancelled")
    assert row["status_since_utc"] == datetime(2026, 11, 21, 8, tzinfo=UTC)
