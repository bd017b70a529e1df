"""The coordinators' reports: who may open them, what they show, what leaves and that it is recorded."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from audit.models import Entry
from forestallies.lib import spreadsheets
from forestallies.reports import exports
from members.models import Grant
from tests.factories import GrantFactory, MemberFactory, RegistrationFactory
from tests.processes import ROOT
from tests.world import sign_in

HOSTILE = ["=1+1", "@SUM(A1)", "-2+3 Minus", "'=1", "עברית", "🌳 <b>Tree</b>", '"quoted", comma; semicolon']
pytestmark = pytest.mark.usefixtures("clock")


def page(name="detail", slug="sske-2026-27", kind="edition"):
    return reverse("attendance_report", args=[kind, slug, name])


def download(name="detail", form="csv", slug="sske-2026-27", kind="edition"):
    return reverse("attendance_download", args=[kind, slug, name, form])


def in_english(person):
    person.language = "en"
    person.save(update_fields=["language"])
    return sign_in(person)


def body(answer):
    return b"".join(answer.streaming_content)


def read_csv(answer):
    return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"), newline="")))


def entries():
    return Entry.objects.filter(verb="report.exported")


def test_list_shows_what_one_coordinates_and_nothing_else(small, bo, edition):
    other = MemberFactory.create()
    GrantFactory.create(member=other, circle=edition.circle)
    assert edition.name in sign_in(other).get(reverse("attendance_list")).content.decode()
    assert "Forest Allies</a>" in sign_in(bo).get(reverse("attendance_list")).content.decode()
    text = sign_in(other).get(reverse("attendance_list")).content.decode()
    assert reverse("attendance_report", args=["community", "forest-allies", "detail"]) not in text


@pytest.mark.parametrize("right", [Grant.Right.FACILITATOR, Grant.Right.COACH])
def test_facilitators_and_coaches_get_no_report(small, edition, right):
    fay = MemberFactory.create()
    GrantFactory.create(member=fay, circle=edition.circle, right=right)
    assert [sign_in(fay).get(address).status_code for address in (page(), download())] == [403, 403]


def test_coordinator_of_something_else_finds_nothing(small, edition):
    other = MemberFactory.create()
    GrantFactory.create(member=other)
    assert [sign_in(other).get(address).status_code for address in (page(), download())] == [404, 404]
    assert not entries().exists()


@pytest.mark.parametrize(("kind", "name"), [("edition", "nothing"), ("nothing", "detail")])
def test_unknown_addresses_are_not_found(small, bo, kind, name):
    assert sign_in(bo).get(page(name, kind=kind)).status_code == 404
    assert sign_in(bo).get(download(name, kind=kind)).status_code == 404


def test_json_is_not_offered_on_the_page(small, bo):
    assert sign_in(bo).get(download(form="json")).status_code == 404


def test_unmarked_person_is_said_to_be_so_on_the_page_only(small, bo, edition):
    browser = in_english(bo)
    lines = browser.get(page(), {"status": "none"}).context["lines"]
    assert [(row.p_name, cells[-2][1]) for row, cells in lines] == [("Dan Roe", "not recorded")]
    assert "not recorded" not in body(browser.get(download())).decode()


def test_report_of_a_gathering_is_by_workshop(bo, workshop, edition):
    browser = in_english(bo)
    assert "By workshop" in browser.get(reverse("attendance_list")).content.decode()
    text = browser.get(page(kind="gathering", slug="autumn-2026")).content.decode()
    assert "By workshop" in text and "By session" not in text


def test_page_shows_rows_and_what_the_words_mean(small, bo):
    text = sign_in(bo).get(page(), headers={"accept-language": "en"}).content.decode()
    assert [text.count(name) for name in ("Ana Quispe", "Eve Mensah", "Dan Roe")] == [2, 1, 1]
    assert "minutes_in_window" in text


def test_matrix_page_says_who_meets_the_rule(small, bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    text = sign_in(bo).get(page("matrix")).content.decode()
    assert '<td data-label="Rule">met</td>' in text
    assert '<td data-label="Rule">1 missing</td>' in text


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("report", ["detail", "matrix"])
def test_every_download_is_recorded(small, bo, edition, at, report, form):
    answer = sign_in(bo).get(download(report, form), {"country": "PE", "group": "core"})
    assert answer.status_code == 200 and body(answer)
    entry = entries().get()
    assert (entry.at, entry.actor_id, entry.subject_type, entry.subject_id) == (
        at,
        bo.pk,
        "programs.edition",
        edition.pk,
    )
    assert entry.detail == {
        "report": f"attendance_{report}", "format": form, "way": "page", "search": {"group": "core", "country": "PE"},
        "rows": 2 if report == "detail" else 1,
    }  # fmt: skip


def test_file_cannot_be_had_without_its_record(small, bo, monkeypatch):
    def broken(**_):
        raise RuntimeError("the audit is down")

    monkeypatch.setattr(exports, "record", broken)
    with pytest.raises(RuntimeError):
        sign_in(bo).get(download())


def test_nothing_else_writes_tables():
    """Whoever makes a file some other way makes it unrecorded. Imports and terms record theirs; `tables` only reads."""
    others = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if not {".venv", "tests", "benchmarks"} & set(path.relative_to(ROOT).parts)  # a benchmark's data is made up
        and any(word in path.read_text() for word in ("import csv", "import xlsxwriter", "FORMATS[", "write_csv"))
    ]
    assert sorted(others) == [
        "forestallies/lib/spreadsheets.py", "forestallies/lib/tables.py", "forestallies/reports/exports.py",
        "forestallies/views/reports.py", "members/actions/imports.py", "members/views/term_staff.py",
    ]  # fmt: skip


def test_file_has_a_plain_name_and_is_kept_by_no_cache(small, bo):
    answer = sign_in(bo).get(download("matrix", "xlsx"))
    assert body(answer)
    assert answer["Content-Disposition"] == 'attachment; filename="attendance_matrix_sske-2026-27_2026-11-21.xlsx"'
    assert answer["Content-Type"] == spreadsheets.FORMATS["xlsx"].content_type
    assert "no-store" in answer["Cache-Control"]


def test_file_holds_what_the_search_finds(small, bo):
    rows = read_csv(sign_in(bo).get(download(), {"status": "partial"}))
    assert [row[8] for row in rows] == ["full_name", "Eve Mensah"]


def test_export_of_nothing_is_a_sentence_and_no_file(small, bo):
    answer = sign_in(bo).get(download(), {"status": "excused"}, follow=True)
    assert answer.redirect_chain == [(f"{page()}?status=excused", 302)]
    assert len(answer.context["messages"]) == 1
    assert not entries().exists()


def test_more_rows_than_a_page_gives_are_refused(small, bo, monkeypatch):
    monkeypatch.setattr(exports, "PAGE_LIMIT", 3)
    answer = sign_in(bo).get(download(), follow=True)
    assert answer.redirect_chain == [(f"{page()}?", 302)]
    assert "export_report" in answer.content.decode()
    assert not entries().exists()


@pytest.mark.parametrize("query", [{"country": "XX"}, {"session": "999999"}, {"status": "x"}, {"gender": "x"}])
def test_unknown_search_says_so_and_gives_nothing(small, bo, query):
    browser = sign_in(bo)
    answer = browser.get(page(), query)
    assert (answer.status_code, "Ana Quispe" in answer.content.decode()) == (422, False)
    assert browser.get(download(), query).status_code == 302
    assert not entries().exists()


def test_session_of_another_edition_cannot_be_asked_for(small, bo, workshop):
    RegistrationFactory.create(event=workshop, member=small.ana)
    assert sign_in(bo).get(page(), {"session": workshop.pk}).status_code == 422


def test_download_asks_again_after_a_quarter_of_an_hour(small, bo, clock, at):
    Authenticator.objects.create(user=bo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    browser = sign_in(bo)
    clock.move_to(at + timedelta(minutes=14, seconds=59))
    assert body(browser.get(download()))
    clock.move_to(at + timedelta(minutes=15))
    assert browser.get(page()).status_code == 200
    answer = browser.get(download(), {"country": "PE"})
    assert (
        answer.url
        == f"{reverse('mfa_reauthenticate')}?next={page().replace('/', '%2F')}%3Fcountry%3DPE%26then%3Ddownload%23take"
    )
    assert entries().count() == 1


def test_proof_before_a_download_says_why_and_leads_back_to_the_button(small, bo, clock, at):
    Authenticator.objects.create(user=bo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    browser = in_english(bo)
    clock.move_to(at + timedelta(minutes=15))
    asked = browser.get(browser.get(download()).url).content.decode()
    assert "personal data of many people" in asked and "touches your sign-in" not in asked
    back = f"{page()}?then=download"
    assert "Now press Download" not in browser.get(back).content.decode()
    text = sign_in(bo).get(back).content.decode()
    assert "Now press Download" in text and f'href="{download()}"' in text


def test_proof_for_something_else_gives_its_own_reason(bo):
    Authenticator.objects.create(user=bo, type=Authenticator.Type.TOTP, data={"secret": "x"})
    asked = in_english(bo).get(f"{reverse('mfa_reauthenticate')}?next=/me/").content.decode()
    assert "touches your sign-in" in asked and "personal data" not in asked


def test_pages_keep_the_search(small, bo):
    for number in range(30):
        RegistrationFactory.create(
            event=small.sessions[1].event_ptr, member=MemberFactory.create(name=f"Kofi {number:02}")
        )
    browser = sign_in(bo)
    first = browser.get(page(), {"country": "GH"}).content.decode()
    assert 'href="?country=GH&amp;page=2"' in first
    second = browser.get(page(), {"country": "GH", "page": "2"}).content.decode()
    assert "Kofi 24" in first and "Kofi 29" in second and "Kofi 24" not in second
    assert f'href="{download()}?country=GH"' in second


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_does_no_harm_on_any_way_out(small, bo, name):
    small.dan.name = name
    small.dan.save(update_fields=["name"])
    browser = sign_in(bo)
    text = browser.get(page()).content.decode()
    assert "<b>Tree" not in text
    [cell] = [row[8] for row in read_csv(browser.get(download())) if row[7] == str(small.dan.pk)]
    assert spreadsheets.armed(cell) == name and cell[0] not in "=@-+"
    book = zipfile.ZipFile(io.BytesIO(body(browser.get(download(form="xlsx")))))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.parametrize(("report", "queries"), [("detail", 11), ("matrix", 17)])
def test_page_costs_the_same_for_one_and_three(small, bo, report, queries, people, django_assert_num_queries):
    for _ in range(people):
        RegistrationFactory.create(event=small.sessions[0].event_ptr)
    browser = sign_in(bo)
    with django_assert_num_queries(queries):
        browser.get(page(report))
