"""The second half of the road, walked in a real browser on real services.

A session is scheduled, moved and held; who came is recorded, reported and certified; a stranger verifies a certificate.
"""

import csv
import io
import re
import zipfile
from datetime import datetime, time, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from icalendar.cal import Component
from playwright.sync_api import Browser, Locator, expect

from audit.models import Entry
from events.models import Attendance, Event, Registration, Role
from forestallies.lib import zones
from forestallies.lib.clock import now
from members.models import Member
from notices.models import Notice
from programs.candidates import Standing, candidates
from programs.models import Cohort, Edition, Session
from tests import chromium
from tests.factories import SessionFactory
from tests.flows.demo import coordinator, facilitator, known, start_in
from tests.flows.people import PASSWORD, Person
from tests.processes import Sink, mail_sink, wait_for, web, worker

SIX = ("Africa/Accra", "Africa/Abidjan", "America/Bogota", "America/Lima", "America/Sao_Paulo", "America/Santo_Domingo")
HALF_PAST_THREE = time(15, 30)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def person(browser: Browser, address: str, sink: Sink, email: str = "") -> Person:
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    return Person(context, address, sink, email)


def next_session() -> Session:
    """The next session of the running edition, in which the core group has its seats."""
    return Session.objects.filter(edition__state="running").scheduled().upcoming(now()).earliest("starts_at")


def core_members(session: Event) -> list[Member]:
    seats = Registration.objects.filter(event=session).confirmed().select_related("member")
    return [seat.member for seat in seats.order_by("member__name")]


def hearers(session: Event) -> set[int]:
    """Everybody with a seat or a part in a session who can be reached by mail, by key."""
    seats = Registration.objects.filter(event=session).confirmed().values("member")
    roles = Role.objects.standing().filter(event=session).values("member")
    people = Member.objects.filter(is_active=True).exclude(email=None)
    return {*people.filter(pk__in=seats.union(roles)).values_list("pk", flat=True)}


def sign_in_as_staff(staff: Person, path: str) -> None:
    staff.sign_in()
    expect(staff.page).to_have_url(re.compile("/me/"))
    staff.open(path)
    staff.set_up_one_time_codes()
    expect(staff.page.locator("input[name=code]")).to_have_count(0)
    staff.open(path)
    expect(staff.page).to_have_url(re.compile(f"{path}$"))


# --- Scheduling -------------------------------------------------------------------------------------------------------


def see_only_her_own(staff: Person) -> None:
    SessionFactory.create(title="Session of strangers", edition__slug="elsewhere", edition__name="Elsewhere 2026")
    page = staff.page
    page.locator("#content-main a[href='/admin/programs/edition/']").first.click()
    expect(page.locator("#result_list")).to_contain_text("SSKE 2026–27")
    expect(page.locator("#result_list")).not_to_contain_text("Elsewhere")
    staff.open("/admin/programs/session/")
    expect(page.locator("#result_list")).to_contain_text("SSKE 2026–27")
    expect(page.locator("#result_list")).not_to_contain_text("strangers")


def expect_local_times(times: Locator, start: datetime) -> None:
    """The list beside the field says a start on the clock of each of the six countries."""
    for zone in SIX:
        there = start.astimezone(ZoneInfo(zone))
        expect(times.locator(f"[data-zone='{zone}']")).to_contain_text(f"{there:%H:%M}")
        expect(times.locator(f"[data-zone='{zone}']")).to_contain_text(f"{there:%a} {there.day} {there:%b}")


def schedule_session(staff: Person, edition: Edition) -> None:
    page = staff.page
    page.get_by_role("link", name=re.compile("Add session", re.IGNORECASE)).first.click()
    expect(page.locator("#id_edition option")).to_have_text(["---------", edition.name])
    page.locator("#id_title_en").fill("Farm visit by video (demo)")
    page.locator("#id_session_audience").select_option("core")
    expect(page.locator("#id_zone")).to_have_value(edition.zone)
    start = (now() + timedelta(days=90)).replace(hour=22, minute=45, second=0, microsecond=0)
    page.locator("#id_wall_date").fill(f"{start:%Y-%m-%d}")
    page.locator("#id_wall_time").fill(f"{start:%H:%M}")
    expect_local_times(page.locator("#local-times"), start)  # Accra's clock is UTC
    page.locator("#id_wall_time").fill("14:15")
    start = start.replace(hour=14, minute=15)
    expect_local_times(page.locator("#local-times"), start)
    page.locator("[name=_continue]").click()
    expect(page.locator(".messagelist")).to_contain_text("was added successfully")
    expect_local_times(page.locator("#local-times"), start)
    made = Session.objects.get(title_en="Farm visit by video (demo)")
    assert (made.starts_at, made.edition, made.state) == (start, edition, "draft")


# --- Moving -----------------------------------------------------------------------------------------------------------


def entry_in(calendar: bytes) -> Component:
    [entry] = Calendar.from_ical(calendar).walk("VEVENT")
    return entry


def move_session(staff: Person, session: Session) -> None:
    """Move it by a day and to another hour: first the question, then the answer."""
    page, told = staff.open(f"/admin/programs/session/{session.pk}/change/"), len(hearers(session))
    page.locator("#id_wall_date").fill(f"{session.wall_date + timedelta(days=1):%Y-%m-%d}")
    page.locator("#id_wall_time").fill(f"{HALF_PAST_THREE:%H:%M}")
    page.locator("[name=_save]").click()
    expect(page.locator(".impact")).to_have_text(f"{told} people will be told")
    expect(page.locator("#content-main")).to_contain_text("The e-mail goes out in ten minutes. Until then you can move")
    assert Event.objects.get(pk=session.pk).starts_at == session.starts_at
    page.locator("[name=_asked]").click()
    expect(page.locator(".messagelist")).to_contain_text(f"{told} people will be told.")


def let_the_time_of_undo_pass(session: Session, told: int) -> None:
    waiting = Notice.objects.filter(kind="rescheduled", about__contains=[f"events.event:{session.pk}"])
    assert {*waiting.values_list("state", flat=True)} == {"queued"} and waiting.count() == told
    assert all(timedelta(minutes=9) < row.next_attempt_at - now() < timedelta(minutes=10) for row in waiting)
    waiting.update(next_attempt_at=now())
    wait_for(lambda: waiting.filter(state="sent").count() == told, "the mails about the move", patience=90)


def be_told_once(member: Person, before: Session, entry: Component) -> None:
    """One mail: the old and the new time on her own clock, and an entry that replaces the one in her calendar."""
    after, hers = Event.objects.get(pk=before.pk), Member.objects.get(email=member.email)
    [text] = member.mails("New time")
    old, new = (zones.local(event.starts_at, hers.zone, "en") for event in (before, after))
    assert f"Until now: {old.day}, {old.clock}–" in text and f"From now on: {new.day}, {new.clock}–" in text
    assert new.offset in text
    update = entry_in(member.calendar("New time"))
    assert (update["UID"], update["SEQUENCE"]) == (entry["UID"], entry["SEQUENCE"] + 1)
    assert (entry["DTSTART"].dt, update["DTSTART"].dt) == (before.starts_at, after.starts_at)
    member.page.reload()
    expect(member.page.locator(".event-page__head")).to_contain_text(new.clock)


# --- Who came ---------------------------------------------------------------------------------------------------------


def record_attendance(staff: Person, session: Session, marks: dict[Member, str]) -> None:
    page = staff.open("/staff/events/")
    page.locator(f"tr a.btn[href='/staff/events/{session.pk}/attendance/']", has_text="Record").click()
    expect(page.locator(".tally__open dd")).to_have_text(str(len(core_members(session))))
    for member, mark in marks.items():
        page.locator(f"[name=mark-{member.pk}][value={mark}]").check()
        if mark == "excused":
            page.locator(f"[name=reason-{member.pk}]").fill("Harvest")
    save = page.locator(".marks__bar button[value=save]")
    save.dblclick()
    expect(page.locator("body")).to_contain_text(f"Saved: {len(marks)} marks.")
    page.reload()
    save.click()
    expect(page.locator("body")).to_contain_text("Nothing was changed: the list already said so.")
    for member, mark in marks.items():
        expect(page.locator(f"[name=mark-{member.pk}][value={mark}]")).to_be_checked()
    found = Attendance.objects.filter(event=session).values_list("member", "status")
    assert {*found} == {(member.pk, mark) for member, mark in marks.items()}
    assert Entry.objects.filter(verb="attendance.marked", subject_id=session.pk).count() == 1


def read_own_participation(member: Person, session: Session, word: str) -> None:
    page = member.open("/me/")
    page.get_by_role("link", name="My participation").first.click()
    expect(page.locator(".row-item", has_text=session.title_en)).to_contain_text(word)


# --- Reports ----------------------------------------------------------------------------------------------------------


def rows_of(book: bytes) -> list[str]:
    """The rows of a workbook's sheet below its headings, as its XML has them."""
    sheet = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
    return [unescape(row) for row in re.findall(r"<row .*?</row>", sheet)][1:]


def take_the_report_along(staff: Person, session: Session, marks: dict[Member, str]) -> None:
    """Narrow the report to one session and country, prove anew who one is, and take both files."""
    page = staff.open("/staff/reports/attendance/")
    page.locator(f"main a.btn[href$='/{session.edition.slug}/detail/']").click()
    page.locator("#id_session").select_option(str(session.pk))
    page.locator("#id_country").select_option("PE")
    page.get_by_role("button", name="Show", exact=True).click()
    seats = [member for member in core_members(session) if member.country == "PE"]
    expect(page.locator(".report-take")).to_contain_text(f"{len(seats)} rows")
    staff.grow_stale()
    page.get_by_role("link", name="Download as CSV").click()
    staff.send_one_time_code()
    expect(page.locator("#id_session")).to_have_value(str(session.pk))
    lines = staff.download(page.get_by_role("link", name="Download as CSV")).decode("utf-8-sig")
    book = rows_of(staff.download(page.get_by_role("link", name="Download for Excel (XLSX)")))
    rows = list(csv.DictReader(io.StringIO(lines)))
    wanted = {member.name: marks.get(member, "") for member in seats}
    assert {row["full_name"]: row["attendance_status"] for row in rows} == wanted
    assert len(book) == len(wanted)
    assert all(any(name in row and mark in row for row in book) for name, mark in wanted.items())
    exports = Entry.objects.filter(verb="report.exported", actor_id=Member.objects.get(email=staff.email).pk)
    assert {(one.detail["format"], one.detail["rows"]) for one in exports} == {
        ("csv", len(seats)),
        ("xlsx", len(seats)),
    }


# --- Certificates -----------------------------------------------------------------------------------------------------


def ready(cohort: Cohort) -> list[Member]:
    return [one.member for one in candidates(cohort, by=None) if one.standing is Standing.READY]


def issue_certificates(staff: Person, cohort: Cohort) -> None:
    """See who is ready, press the button, and watch until all have theirs."""
    page, number = staff.open("/staff/certificates/"), len(ready(cohort))
    page.get_by_role("link", name=f"{cohort.edition.name}, wider group").click()
    expect(page.locator("td", has_text="Ready")).to_have_count(number)
    page.get_by_role("button", name=f"Issue {number} certificates").click()
    expect(page.locator("main")).to_contain_text(re.compile(rf"Issuing (certificates: \d+ of )?{number}"))
    expect(page.locator("main")).to_contain_text(f"Last time {number} certificates were issued", timeout=120_000)
    expect(page.locator("td", has_text="Issued")).to_have_count(number)


def fetch_own_certificate(holder: Person) -> str:
    """Follow the mail's link, sign in on the way, take the PDF; give the code that the mail names."""
    text = holder.mail("Your certificate")
    page = holder.open(holder.link_in(text, "/me/certificates/"))
    page.locator("main input[name=login]").fill(holder.email)
    page.locator("input[type=password]").fill(PASSWORD)
    pdf = holder.download(page.locator("form:has(input[type=password]) button[type=submit]").first)
    assert pdf.startswith(b"%PDF")
    code = re.search(r"^Code: (\S+)\s*$", text, re.MULTILINE)
    assert code, text
    return code[1]


def verify(visitor: Person, code: str, name: str) -> None:
    page = visitor.open("/verify/")
    page.locator("main input[name=code]").fill(code.lower())
    page.locator("main form:has(input[name=code]) button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("This certificate is genuine and valid")
    expect(page.locator(".verdict__name")).to_have_text(name)


def test_session_is_moved_held_reported_and_certified(demo: None, tmp_path: Path) -> None:
    session = next_session()
    cohort = Cohort.objects.select_related("edition").get(edition__slug="sske-2025", kind=Cohort.Kind.WIDER)
    graduate, rosa = known(ready(cohort)[0].email or ""), known("rosa.lupuna@example.org")
    others = [member for member in core_members(session) if member.country == "PE" and member != rosa]
    marks = {rosa: "partial", others[0]: "attended", others[1]: "no_show", others[2]: "excused"}
    with (
        mail_sink(tmp_path) as sink,
        web(tmp_path, EMAIL_URL=sink.url) as address,
        worker(tmp_path, EMAIL_URL=sink.url, SITE_URL=address),
        chromium.launched() as browser,
    ):
        lucia = person(browser, address, sink, facilitator().email or "")
        nadia = person(browser, address, sink, coordinator().email or "")
        member, holder = (person(browser, address, sink, one.email or "") for one in (rosa, graduate))
        visitor = person(browser, address, sink)
        sign_in_as_staff(lucia, "/admin/")
        see_only_her_own(lucia)
        schedule_session(lucia, session.edition)
        member.sign_in()
        member.open(session.get_absolute_url())
        entry = entry_in(member.download(member.page.locator("a[href$='calendar.ics']").first))
        told = len(hearers(session))
        move_session(lucia, session)
        let_the_time_of_undo_pass(session, told)
        be_told_once(member, session, entry)
        start_in(Event.objects.get(pk=session.pk), hours=-4)
        record_attendance(lucia, session, marks)
        read_own_participation(member, session, "Partly present")
        sign_in_as_staff(nadia, "/staff/reports/attendance/")
        take_the_report_along(nadia, session, marks)
        issue_certificates(nadia, cohort)
        code = fetch_own_certificate(holder)
        verify(visitor, code, graduate.name)
        people = (lucia, nadia, member, holder, visitor)
        assert [one.problems for one in people] == [[]] * len(people)
