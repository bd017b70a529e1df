"""What is deleted by itself, and after how long. The privacy notice is written from it, and a daily tick follows it.

A new table with something about people gets a line here when its purpose ends before its person leaves. The audit has
none: it holds ids and states only, and the database refuses to change it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from events.models import Answer, AttendanceEvidence, Registration, Role, Transition
from forestallies.privacy.forgetting import BATCH, blank
from forestallies.privacy.rules import fields_with
from jobs.models import Job, Submission
from members.actions import imports
from members.models import (
    Application,
    ApplicationDraft,
    Concern,
    ContactRequest,
    DataExport,
    ErasureRequest,
    MemberImport,
    NotTheSame,
    Question,
    SignInInvitation,
)
from members.models.imports import KEPT
from notices.models import Notice, RefusedAddress

Rows = QuerySet[Any]
Find = Callable[[datetime], Rows]


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    Attributes:
        name: for operators and their logs.
        days: how long it is kept.
        find: the rows whose time is over; given the instant before which they ended. Once it is done, they are not
            found again.
        blanks: the fields to empty; none: the rows are deleted.
        words: what it is, for the privacy notice; empty where nobody would ask.
        act: does it instead, where more than deleting rows is to be done; given the present moment, gives the number.
    """

    name: str
    days: int
    find: Find
    blanks: tuple[str, ...] = ()
    words: str | Promise = ""
    act: Callable[[datetime], int] | None = None

    def due(self, at: datetime) -> Rows:
        return self.find(at - timedelta(days=self.days)).order_by("pk")

    @property
    def period(self) -> str | Promise:
        """The line of the privacy notice."""
        return format_lazy(_("{what}: {days} days"), what=self.words, days=self.days)


def table() -> list[Rule]:
    """The whole table, with the periods of the settings."""
    return [*_joining(), *_messages(), *_events(), *_technical()]


def apply(*, at: datetime, dry_run: bool = False) -> dict[str, int]:
    """Delete and blank what was kept long enough; count the rows by rule. Safe to run twice, and to be stopped.

    A thousand rows in a transaction, so that nobody waits for it.
    """
    return {rule.name: rule.due(at).count() if dry_run else _apply(rule, at) for rule in table()}


def _apply(rule: Rule, at: datetime) -> int:
    if rule.act:
        return rule.act(at)
    done = 0
    while keys := list(rule.due(at).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = rule.due(at).model._meta.base_manager.filter(pk__in=keys)
            label = rows.model._meta.label_lower
            if rule.blanks:
                blank(rows, label, rule.blanks)
            else:
                rows.delete()
        done += len(keys)
    return done


def _joining() -> list[Rule]:
    days = settings.RETENTION_DAYS_DECLINED_APPLICATION
    blanks = tuple(name for name in fields_with("members.application", "blank") if name != "zone")
    return [
        Rule("questions about applications", days, lambda end: Question.objects.filter(_over(end, "application__"))),
        Rule("people who are not the same", days, lambda end: NotTheSame.objects.filter(_over(end, "application__"))),
        Rule(
            "applications", days, lambda end: Application.objects.filter(_over(end)).exclude(name=""), blanks,
            _("The words of an application, after it was decided or taken back"),
        ),
        Rule(
            "applications saved for later", 0, lambda end: ApplicationDraft.objects.filter(expires_at__lte=end),
        ),
        Rule(
            "rows of imported lists", KEPT.days, lambda end: MemberImport.objects.overdue(end + KEPT),
            words=_("Lists of people that were imported"), act=lambda at: imports.forget_old(at=at),
        ),
        Rule(
            "concerns", Concern.KEPT.days, lambda end: Concern.objects.filter(closed_at__lte=end),
            words=_("A concern that was reported, after it was closed"),
        ),
        Rule(
            "messages of contact requests", settings.RETENTION_DAYS_CONTACT_MESSAGE,
            lambda end: ContactRequest.objects.filter(closed_at__lte=end).exclude(message=""), ("message",),
            _("The message of a request to get in touch, after it was answered"),
        ),
    ]  # fmt: skip


def _over(end: datetime, path: str = "") -> Q:
    """Applications that came to their end before an instant."""
    return Q(**{f"{path}decided_at__lte": end}) | Q(**{f"{path}withdrawn_at__lte": end})


def _messages() -> list[Rule]:
    blanks = ("subject", "text", "html", "calendar", "problem", "address")
    return [
        Rule(
            "words of mails", settings.RETENTION_DAYS_NOTICE_BODY,
            lambda end: Notice.objects.filter(finished_at__lte=end).exclude(address="", subject="", text="", html=""),
            blanks, _("The words of the mails we sent you, and the address they went to"),
        ),
        Rule(
            "addresses that take no mail", settings.RETENTION_DAYS_HISTORY,
            lambda end: RefusedAddress.objects.filter(last_at__lte=end),
        ),
    ]  # fmt: skip


def _events() -> list[Rule]:
    wishes, report = settings.RETENTION_DAYS_EVENT_WISHES, settings.RETENTION_DAYS_MEETING_REPORT
    wished = ~Q(note="") | ~Q(needs=[]) | ~Q(interpretation="")
    named = ~Q(raw_name="") | ~Q(raw_address="")
    return [
        Rule("answers to questions", wishes, lambda end: Answer.objects.filter(registration__event__ends_at__lte=end)),
        Rule(
            "wishes of those registered", wishes,
            lambda end: Registration.objects.filter(wished, event__ends_at__lte=end),
            ("note", "needs", "interpretation"), _("What you need or answered when you registered, after the event"),
        ),
        Rule(
            "reasons of changes", wishes,
            lambda end: Transition.objects.filter(registration__event__ends_at__lte=end).exclude(reason=""),
            ("reason",),
        ),
        Rule(
            "reasons of those asked for a part", wishes,
            lambda end: Role.objects.filter(event__ends_at__lte=end).exclude(reason=""), ("reason",),
        ),
        Rule(
            "names in meeting reports", report,
            lambda end: AttendanceEvidence.objects.filter(named, event__ends_at__lte=end),
            ("raw_name", "raw_address"), _("Names and addresses in the reports of meeting programs, after the event"),
        ),
    ]  # fmt: skip


def _technical() -> list[Rule]:
    days, history = settings.RETENTION_DAYS_WORK, settings.RETENTION_DAYS_HISTORY
    held = ~Q(payload={}) | ~Q(problem="") | ~Q(file="")
    ended = (Job.State.DONE, Job.State.FAILED, Job.State.CANCELLED)
    return [
        # The rows stay: the number of a job's key counts those that ended before it.
        Rule(
            "work of jobs", days, lambda end: Job.objects.filter(held, state__in=ended, finished_at__lte=end),
            ("problem", "file", "payload"),
        ),
        Rule("keys of forms", days, lambda end: Submission.objects.filter(created_at__lte=end)),
        Rule("links that set up a sign-in", days, lambda end: SignInInvitation.objects.filter(expires_at__lte=end)),
        Rule(
            "copies of one's own data", 0, lambda end: DataExport.objects.filter(expires_at__lte=end),
        ),
        Rule(
            "wishes to be erased that nobody confirmed", ErasureRequest.CONFIRM_WITHIN.days,
            lambda end: ErasureRequest.objects.filter(state=ErasureRequest.State.ASKED, asked_at__lte=end),
        ),
        Rule("sessions that are over", 0, lambda end: Session.objects.filter(expire_date__lte=end)),
        Rule(
            "history of the admin", history, lambda end: LogEntry.objects.filter(action_time__lte=end), (),
            _("What staff changed by hand, in the history of the admin"),
        ),
    ]  # fmt: skip
