"""The copy of everything about a person: complete, without secrets, in her language, once, for some days, for her."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.urls import reverse

from audit.models import Entry
from forestallies.privacy import exporting, overview
from forestallies.privacy.copies import LEFT_OUT, label_of
from forestallies.privacy.finders import FINDS
from forestallies.privacy.labels import SECTIONS
from forestallies.privacy.rules import fields_with
from jobs import work
from jobs.models import Job
from members.models import Concern, Consent, DataExport, ImportRow, Member, MemberImport
from notices.models import Notice
from tests.factories import ApplicationFactory
from tests.privacy import everywhere

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def make(member: Member, at) -> DataExport:
    export = exporting.ask(member=member, by=member, at=at)
    work.run_waiting(clock=lambda: at, only=export.job)
    export.refresh_from_db()
    return export


def opened(export: DataExport) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(bytes(export.content)))


@pytest.fixture
def everybody(at):
    her, rows = everywhere.seed(at)
    return her, rows, everywhere.mark(rows)


def test_every_table_and_every_word_of_hers_is_in_it(everybody, at, clock):
    her, _rows, marks = everybody
    data = json.loads(opened(make(her, at)).read("data.json"))
    words = json.dumps(data, ensure_ascii=False)
    others = {"events.event.urgent_contact"}  # an event is not hers, though it names her
    secret = {place for place in marks if place in LEFT_OUT}
    missing = {place for place, word in marks.items() if word not in words} - others
    assert missing == secret
    assert set(FINDS) - set(data["tables"]) == set()


def test_secrets_stay_out(everybody, at, clock):
    her, _rows, marks = everybody
    found = opened(make(her, at))
    words = (found.read("data.json") + found.read("data.html")).decode()
    assert [place for place in LEFT_OUT if place in marks and marks[place] in words] == []
    assert "members.signininvitation.token_hash" in marks


def test_address_that_was_only_typed_opens_nobody_elses_words(client, ana, community, at, clock):
    """Whoever asks to change her address to an applicant's gets nothing of the applicant's into her copy."""
    ana.set_password("under the shade trees")
    ana.save()
    EmailAddress.objects.create(user=ana, email=ana.email, verified=True, primary=True)
    ApplicationFactory.create(community=community, email="dora@example.net", why="Dora's own reasons")
    Concern.objects.create(words="What Dora saw", email="dora@example.net", created_at=at)
    client.post("/accounts/login/", {"login": ana.email, "password": "under the shade trees"})
    client.post("/accounts/reauthenticate/", {"password": "under the shade trees"})
    client.post("/accounts/email/", {"action_add": "", "email": "dora@example.net"})
    assert Notice.objects.filter(recipient=ana, address="dora@example.net").exists()
    words = opened(make(ana, at)).read("data.json").decode()
    assert "Dora" not in words


@pytest.mark.parametrize(
    "cell", ["mariana@example.org", "my.ana@example.org", "ana@example.org.example", "x+ana@example.org"]
)
def test_row_of_a_list_with_a_longer_address_is_somebody_elses(ana, community, at, clock, cell):
    batch = MemberImport.objects.create(community=community, file_name="x", signature="x", uploaded_at=at)
    ImportRow.objects.create(of=batch, number=2, cells=[cell, "+51 999"], values={"email": cell}, key=cell)
    rows = json.loads(opened(make(ana, at)).read("data.json"))["tables"].get("members.importrow", {"rows": []})["rows"]
    assert rows == []


def test_row_of_a_list_that_names_her_among_other_words_is_hers(ana, community, at, clock):
    batch = MemberImport.objects.create(community=community, file_name="x", signature="x", uploaded_at=at)
    for number, cell in enumerate(["ask\nANA@example.org", "Ana <ana@example.org>", "ana@example.org."]):
        ImportRow.objects.create(of=batch, number=number, cells=[cell])
    assert len(json.loads(opened(make(ana, at)).read("data.json"))["tables"]["members.importrow"]["rows"]) == 3


def test_other_people_are_not_named_by_number(everybody, at, clock):
    her, _rows, _marks = everybody
    data = json.loads(opened(make(her, at)).read("data.json"))
    [request] = data["tables"]["members.contactrequest"]["rows"]
    assert (request["asker"], request["asked"]) == ("another person", "you")


def test_page_is_in_her_language_and_hour(ana, at, clock):
    Consent.objects.create(member=ana, term="privacy", version="2026-11", language="es", given_at=at)
    page = opened(make(ana, at)).read("data.html").decode()
    assert '<html lang="es">' in page
    assert "21 de noviembre de 2026" in page and "America/Lima" in page


def test_certificates_lie_beside_it(everybody, at, clock):
    her, _rows, _marks = everybody
    names = opened(make(her, at)).namelist()
    assert names[:2] == ["data.html", "data.json"]
    assert [name for name in names if name.startswith("certificates/")] == names[2:] != []


def test_hostile_words_are_shown_as_typed(ana, at, clock):
    Member.objects.filter(pk=ana.pk).update(name="<script>alert(1)</script>")
    page = opened(make(Member.objects.get(pk=ana.pk), at)).read("data.html").decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script" not in page


def test_job_tells_how_far_it_is_and_a_mail_that_it_is_ready(ana, at, clock):
    export = make(ana, at)
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == ("done", len(FINDS), len(FINDS))
    assert (export.made_at, export.expires_at, export.size) == (at, at + WEEK, len(export.content))
    assert [notice.kind for notice in Notice.objects.all()] == ["data_export_ready"]


def test_worker_that_died_makes_it_once(ana, at, clock):
    export = make(ana, at)
    list(exporting.make(export.job))
    assert (Notice.objects.count(), DataExport.objects.get().made_at) == (1, at)


def test_asking_twice_makes_one(ana, at):
    first, again = (exporting.ask(member=ana, by=ana, at=at) for _ in range(2))
    assert (first, Job.objects.count()) == (again, 1)


def test_she_alone_fetches_it_and_only_for_a_week(client, ana, cy, at, clock):
    export = make(ana, at)
    address = reverse("data_export_fetch", args=[export.pk])
    client.force_login(cy)
    assert client.get(address).status_code == 404
    client.force_login(ana)
    answer = client.get(address)
    assert (answer.content[:2], answer["Content-Type"], "no-store" in answer["Cache-Control"]) == (
        b"PK", "application/zip", True,
    )  # fmt: skip
    assert Entry.objects.filter(verb="data_export.fetched", actor_id=ana.pk).count() == 1
    clock.shift(WEEK)
    assert client.get(address).status_code in (302, 404)
    client.force_login(ana)
    assert client.get(address).status_code == 404


def test_every_table_has_a_title(db):
    named = [label for _title, labels in SECTIONS for label in labels]
    assert (sorted(named), len(named)) == (sorted(FINDS), len(set(named)))


def test_every_personal_field_has_a_name_for_readers():
    """What has none is for programs alone: figures and marks beside the words."""
    personal = [
        apps.get_model(label)._meta.get_field(name)
        for label in FINDS
        for rule in ("blank", "delete", "redact")
        for name in fields_with(label, rule)
        if f"{label}.{name}" not in LEFT_OUT
    ]
    assert [str(field) for field in personal if not label_of(field)] == []


@pytest.mark.parametrize("number", [1, 3])
def test_overview_costs_the_same_for_one_and_for_three(ana, at, number, django_assert_num_queries):
    for version in range(number):
        Consent.objects.create(member=ana, term="privacy", version=str(version), language="es", given_at=at)
    with django_assert_num_queries(7):
        held = dict(overview.held(ana))
    assert held["What you agreed to"] == number
