"""What is deleted by itself: each rule one moment before its time and at it; in batches, and twice is harmless."""

import io
import json
from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse

from events.models import Answer, AttendanceEvidence, Question, Registration
from forestallies.privacy import retention
from forestallies.tasks import apply_retention
from jobs import queue
from jobs.models import Job, Submission
from members.models import Application, ContactRequest, DataExport, ErasureRequest
from members.models import Question as JoiningQuestion
from notices.models import Notice
from tests.factories import ApplicationFactory, ContactRequestFactory, RegistrationFactory
from tests.notices.messages import notice

pytestmark = pytest.mark.django_db
DAY, MOMENT = timedelta(days=1), timedelta(microseconds=1)


def applied(at: datetime) -> dict[str, int]:
    return {name: number for name, number in retention.apply(at=at).items() if number}


def around(due: datetime) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """What is done a moment before, at the moment, and when it is run again."""
    return applied(due - MOMENT), applied(due), applied(due)


def test_words_of_applications_go_and_figures_stay(at):
    decided = ApplicationFactory.create(state="declined", decided_at=at, reason="other")
    JoiningQuestion.objects.create(application=decided, text="?", answer="!", asked_at=at, answered_at=at)
    waiting = ApplicationFactory.create()
    assert around(at + 365 * DAY) == ({}, {"applications": 1, "questions about applications": 1}, {})
    decided.refresh_from_db()
    assert (decided.name, decided.email, decided.why, decided.country, decided.reason) == ("", "", "", "PE", "other")
    assert Application.objects.get(pk=waiting.pk).why != ""


def test_words_of_mails_go(ana, at):
    notice("sent", to=ana)
    notice("queued", to=ana)
    assert around(at + 90 * DAY) == ({}, {"words of mails": 1}, {})
    sent = Notice.objects.get(state="sent")
    assert (sent.subject, sent.text, sent.html, sent.address, sent.recipient) == ("", "", "", "", ana)
    assert Notice.objects.get(state="queued").text == "A text"


def test_messages_of_contact_requests_go(at):
    ContactRequestFactory.create(state="declined", closed_at=at)
    ContactRequestFactory.create()
    assert around(at + 180 * DAY) == ({}, {"messages of contact requests": 1}, {})
    assert ContactRequest.objects.exclude(message="").count() == 1


def test_wishes_and_answers_go_after_the_event(workshop, ana):
    registration = RegistrationFactory.create(event=workshop, member=ana, note="n", needs=["captions"])
    question = Question.objects.create(event=workshop, words="?")
    Answer.objects.create(registration=registration, question=question, value="yes")
    due = workshop.ends_at + 365 * DAY
    assert around(due) == ({}, {"answers to questions": 1, "wishes of those registered": 1}, {})
    assert Registration.objects.values_list("note", "needs", "state").get() == ("", [], "confirmed")


def test_names_of_meeting_reports_go(workshop, ana, at):
    AttendanceEvidence.objects.create(event=workshop, member=ana, source="file", raw_name="Ana Q.", created_at=at)
    assert around(workshop.ends_at + 180 * DAY) == ({}, {"names in meeting reports": 1}, {})


def test_jobs_lose_what_they_held_and_their_numbers_go_on(ana, at, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    first = queue.enqueue(kind="k", about="x", payload={"ids": [1]}, total=1, by=ana, at=at)
    Job.objects.update(state="done", finished_at=at)
    first.refresh_from_db()
    first.file.save("list.csv", ContentFile(b"name"))
    assert around(at + 30 * DAY) == ({}, {"work of jobs": 1}, {})
    second = queue.enqueue(kind="k", about="x", payload={}, total=1, by=ana, at=at)
    assert (first.pk != second.pk, Job.objects.get(pk=first.pk).payload) == (True, {})


def test_file_of_a_job_leaves_the_disk(ana, at, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.MEDIA_ROOT = tmp_path
    job = Job.objects.create(kind="k", key="k", state="done", finished_at=at, created_at=at)
    job.file.save("list.csv", ContentFile(b"name"))
    with django_capture_on_commit_callbacks(execute=True):
        applied(at + 30 * DAY)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_copies_links_keys_and_unconfirmed_wishes_go(ana, at):
    DataExport.objects.create(member=ana, asked_at=at - DAY, made_at=at - DAY, expires_at=at, content=b"x")
    ErasureRequest.objects.create(member=ana, asked_at=at - 2 * DAY)
    Submission.objects.create(key="0" * 32, kind="k", actor=ana, created_at=at - 30 * DAY)
    Session.objects.create(session_key="k", session_data="x", expire_date=at)
    assert applied(at - MOMENT) == {}
    assert applied(at) == {
        "copies of one's own data": 1,
        "wishes to be erased that nobody confirmed": 1,
        "keys of forms": 1,
        "sessions that are over": 1,
    }


def test_more_than_a_batch_is_done_in_one_go(ana, at, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        notice("sent", to=ana)
    assert applied(at + 90 * DAY) == {"words of mails": 5}


def test_task_does_it(ana, at, clock):
    notice("sent", to=ana, finished_at=at - 90 * DAY)
    apply_retention()
    assert Notice.objects.get().text == ""


def test_command_counts_first_and_does_it_then(ana, at):
    notice("sent", to=ana)
    moment = (at + 90 * DAY).isoformat()

    def run(*words: str) -> int:
        out = io.StringIO()
        call_command("apply_retention", f"--at={moment}", "--json", *words, stdout=out)
        return json.loads(out.getvalue())["rows"]["words of mails"]

    assert [run("--dry-run"), run("--dry-run"), run(), run()] == [1, 1, 1, 0]


def test_privacy_notice_says_the_periods_of_the_table(client, db, settings):
    settings.RETENTION_DAYS_NOTICE_BODY = 47
    page = client.get(reverse("privacy")).content.decode()
    for rule in retention.table():
        assert not rule.words or str(rule.period).replace("'", "&#x27;") in page
    assert "47 days" in page
