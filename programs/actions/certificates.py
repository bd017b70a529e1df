"""Issuing a cohort's certificates: asked for on a page, done as a job, each person once."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from certificates import documents, issuing
from certificates.facts import Facts
from certificates.models import Certificate
from jobs import work
from jobs.models import Job
from jobs.queue import enqueue, jobs_about
from members.models import Member
from notices import outbox
from programs import emails, policies
from programs.candidates import Candidate, Standing, candidates, certificate_key, hours
from programs.completion import sessions_of
from programs.models import Cohort

KIND = "certificates"
BATCH = 100  # certificates per process of the typesetter


def ask(*, cohort: Cohort, by: Member | None, at: datetime) -> Job:
    """Ask for the certificates of everybody who is ready; while a job on the cohort is open, give that one.

    Args:
        by: a coordinator; None is an operator at the command line.

    Raises:
        PermissionDenied: for everybody else.
        NothingToIssue: nobody is ready, or the group's last session is still to come.
    """
    if by:
        policies.check_can_issue(cohort, by=by, at=at)
    if not is_over(cohort, at=at):
        raise NothingToIssue(_("Certificates are issued after the last session of the group."))
    ready = [one.member.pk for one in candidates(cohort, by=by) if one.standing is Standing.READY]
    if not ready and not open_job(cohort):
        raise NothingToIssue(_("Nobody waits for a certificate."))
    payload = {"cohort": cohort.pk, "members": ready}
    return enqueue(kind=KIND, about=_about(cohort), payload=payload, total=len(ready), by=by, at=at)


def is_over(cohort: Cohort, *, at: datetime) -> bool:
    """Whether all the sessions of a cohort were held; before that a certificate would count what nobody knows yet."""
    return not sessions_of(cohort).filter(ends_at__gt=at).exists()


def latest_job(cohort: Cohort) -> Job | None:
    return jobs_about(KIND, _about(cohort)).first()


def open_job(cohort: Cohort) -> Job | None:
    return jobs_about(KIND, _about(cohort)).filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).first()


class NothingToIssue(Exception):
    """There is no certificate to issue; the words are for the reader."""


def _about(cohort: Cohort) -> str:
    return f"programs.cohort:{cohort.pk}"


# --- Corrections ------------------------------------------------------------------------------------------------------


@transaction.atomic
def replace(*, certificate: Certificate, cohort: Cohort, by: Member, at: datetime) -> Certificate:
    """Issue a certificate anew with what is on record today, such as a corrected name, and tell its holder.

    Raises:
        PermissionDenied: the person may not.
        CertificateRefused: it is not valid any more, or cannot be printed.
    """
    policies.check_can_correct(cohort, certificate, by=by, at=at)
    people = [one for one in candidates(cohort, by=None) if one.member.pk == certificate.holder_id]
    if not people:
        raise issuing.CertificateRefused(_("This person takes part in the group no more."))
    [person] = people
    if documents.holes([person.member.name]):
        raise issuing.CertificateRefused(_("This name cannot be printed."))
    facts = CohortFacts(cohort, [person.member.pk], at).facts(person)
    new = issuing.replace(certificate, facts=facts, language=language_for(person.member), by=by, at=at)
    outbox.post_once(emails.certificate_issued(new, cohort), at=at)
    return new


@transaction.atomic
def revoke(*, certificate: Certificate, cohort: Cohort, reason: str, by: Member, at: datetime) -> Certificate:
    """Declare a certificate void.

    Raises:
        PermissionDenied: the person may not.
        CertificateRefused: it is not valid any more.
    """
    policies.check_can_correct(cohort, certificate, by=by, at=at)
    return issuing.revoke(certificate, reason=reason, by=by, at=at)


# --- The work ---------------------------------------------------------------------------------------------------------


def issue_all(job: Job) -> Iterator[work.Step]:
    """Issue what is still missing of a job, one person per step; the certificates are dated when they were asked for.

    A person's certificate, its PDF and her mail are one transaction, so a process that dies leaves nobody half done.
    """
    cohort = Cohort.objects.select_related("edition__programme").get(pk=job.payload["cohort"])
    wanted = set(job.payload["members"])
    people = [one for one in candidates(cohort, by=None) if one.member.pk in wanted]
    done = len([one for one in people if one.certificate])
    todo = iter([one for one in people if not one.certificate])
    gone = wanted - {one.member.pk for one in people}
    yield work.Step(done, len(wanted), "\n".join(f"member:{pk} gone" for pk in sorted(gone)))
    while batch := list(islice(todo, BATCH)):
        for problem in _issue_batch(cohort, batch, job):
            done += not problem
            yield work.Step(done, len(wanted), problem)


def _issue_batch(cohort: Cohort, batch: list[Candidate], job: Job) -> Iterator[str]:
    """Issue a batch; yields for each person what kept her from getting a certificate, or nothing."""
    facts = CohortFacts(cohort, [one.member.pk for one in batch], job.created_at)
    ready = [one for one in batch if one.standing is Standing.READY]
    yield from (f"member:{one.member.pk} {one.standing.value}" for one in batch if one.standing is not Standing.READY)
    drafts = [facts.draft(one) for one in ready]
    for draft, setting in zip(drafts, documents.typeset(draft.words for draft in drafts), strict=True):
        if not setting.pdf:
            yield f"member:{draft.holder_id} {setting.problem}"
            continue
        try:
            _issue(draft, cohort, setting.pdf, by=job.created_by, at=job.created_at)
        except issuing.CertificateRefused as refusal:
            yield f"member:{draft.holder_id} {refusal}"
        else:
            yield ""


@transaction.atomic
def _issue(draft: Certificate, cohort: Cohort, pdf: bytes, *, by: Member | None, at: datetime) -> None:
    certificate, new = issuing.issue(draft, by=by, at=at, pdf=pdf)
    if new:
        outbox.post_once(emails.certificate_issued(certificate, cohort), at=at)


class CohortFacts:
    """What the certificates of a cohort say; the cohort's own words are put together once per language."""

    def __init__(self, cohort: Cohort, members: list[int], at: datetime) -> None:
        self.cohort, self.hours = cohort, hours(cohort, members)
        days = list(sessions_of(cohort).values_list("wall_date", flat=True))
        self.first, self.last = min(days), max(days)
        self.issued_on = at.astimezone(ZoneInfo(cohort.edition.zone)).date()
        self._common: dict[str, dict[str, Any]] = {}

    def draft(self, person: Candidate, *, code: str = "") -> Certificate:
        """Make the certificate of a candidate, not issued yet, in her language; `code` as `issuing.draft`."""
        return issuing.draft(
            key=certificate_key(self.cohort, person.member.pk),
            holder=person.member,
            language=language_for(person.member),
            facts=self.facts(person),
            code=code,
        )

    def facts(self, person: Candidate) -> Facts:
        return Facts(
            name=person.member.name,
            attended=person.progress.attended,
            sessions=person.progress.total,
            hours=self.hours[person.member.pk],
            starts_on=self.first,
            ends_on=self.last,
            issued_on=self.issued_on,
            **self._words(language_for(person.member)),
        )

    def _words(self, language: str) -> dict[str, str]:
        if language not in self._common:
            edition = self.cohort.edition
            with translation.override(language):
                self._common[language] = {
                    "programme": str(edition.programme.name),
                    "edition": edition.name,
                    "group": self.cohort.get_kind_display(),
                    "issuer": settings.CERTIFICATE_ISSUER,
                    "signer": signer(),
                }
        return self._common[language]


def signer() -> str:
    """Who signs, in the active language where the name is the default one."""
    if settings.CERTIFICATE_SIGNER == "Programme coordination":
        return _("Programme coordination")
    return str(settings.CERTIFICATE_SIGNER)


def language_for(member: Member) -> str:
    """The language of a member's certificate: the one that is set for all, or her own."""
    known = dict(settings.LANGUAGES)
    return next((one for one in (settings.CERTIFICATE_LANGUAGE, member.language) if one in known), "en")
