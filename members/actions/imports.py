"""Bringing people in from a file: staged, understood, checked, imported, undone, forgotten."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from forestallies.lib import spreadsheets, tables, uploads
from jobs import work
from jobs.models import Job
from jobs.queue import OPEN, enqueue, jobs_about
from members import import_emails, policies
from members.actions import invitations
from members.importing import checking, committing, fields, staging, undoing, words
from members.models import (
    Community,
    ImportMapping,
    ImportOrganisation,
    ImportRow,
    Member,
    MemberImport,
    SignInInvitation,
)
from notices import outbox

CHECK, COMMIT, UNDO = "import_check", "import_commit", "import_undo"
AT_ONCE = 500  # rows that are checked while the coordinator waits for the page
INVITED_AT_ONCE = 100
State = MemberImport.State


class ImportRefused(Exception):
    """The import cannot take this step; the text is a sentence for the reader."""


@transaction.atomic
def stage(*, community: Community, file: File, by: Member | None, at: datetime) -> MemberImport:
    """Take a file in: its rows as typed, and what its columns are taken for.

    Args:
        by: a coordinator; None is an operator at the command line.

    Raises:
        ValidationError: with a sentence, see `tables.open_table`.
        PermissionDenied: `by` does not coordinate the community.
    """
    if by:
        policies.check_can_import(community, by=by, at=at)
    table = tables.open_table(file)
    batch = MemberImport.objects.create(
        community=community,
        file_name=uploads.clean_name(file.name or ""),
        signature=fields.signature(table.headings),
        by=by,
        uploaded_at=at,
    )
    batch.rows_count = staging.stage(batch, table)
    if not batch.rows_count:
        raise ImportRefused(_("This file has headings, but no row below them."))
    batch.save(update_fields=["rows_count", "columns"])
    record(verb="import.uploaded", subject=batch, by=by, at=at, community=community.pk, rows=batch.rows_count)
    return batch


@transaction.atomic
def choose_columns(
    *,
    batch: MemberImport,
    columns: Sequence[Mapping[str, str]],
    options: Mapping[str, Any],
    by: Member | None,
    at: datetime,
) -> MemberImport:
    """Say what the columns mean, remember that for the next file of the same form, and have the rows checked.

    A small file is checked at once, a large one by a job.

    Args:
        columns: for each column of the file its `field` and the `order` of its days.
        options: `language`, `stakeholder` and `country` where a row names none; `overwrites`, `invites`.

    Raises:
        ImportRefused: it was imported meanwhile, or is being checked.
    """
    batch = _locked(batch, State.CHECKING)
    if batch.state == State.CHECKING and latest_job(batch, OPEN):
        raise ImportRefused(_("This file is being checked at this moment."))
    batch.columns = [
        {**before, "field": chosen["field"], "order": chosen.get("order") or before.get("order", "")}
        for before, chosen in zip(batch.columns, columns, strict=True)
    ]
    for name, value in options.items():
        setattr(batch, name, value)
    batch.state, batch.counts = State.CHECKING, {}
    batch.save(update_fields=["columns", "state", "counts", *options])
    remembered = [{"field": one["field"]} for one in batch.columns]
    ImportMapping.objects.update_or_create(signature=batch.signature, defaults={"columns": remembered, "used_at": at})
    batch.rows.exclude(outcome=ImportRow.Outcome.RAW).update(
        outcome=ImportRow.Outcome.RAW, problems=[], values={}, person=None, decision=ImportRow.Decision.NONE, stamp=None
    )
    batch.organisations.all().delete()
    record(verb="import.columns_chosen", subject=batch, by=by, at=at)
    if batch.rows_count <= AT_ONCE:
        for _step in checking.check(batch, at=at):
            pass
        _arrive(batch, State.CHECKED)
    else:
        _ask(CHECK, batch, by=by, at=at)
    return batch


@transaction.atomic
def decide(
    *,
    batch: MemberImport,
    people: Mapping[int, str],
    organisations: Mapping[int, bool],
    then_commit: bool = False,
    by: Member,
    at: datetime,
) -> MemberImport:
    """Say of rows whether they are the known person of the same name, and of organisations whether they are the
    known one of a similar name.

    Args:
        people: `ImportRow.Decision` by row.
        organisations: whether it is the one that it resembles, by `ImportOrganisation`.
        then_commit: ask for the import at once, see `commit`.

    Raises:
        ImportRefused: it was imported meanwhile.
    """
    batch = _locked(batch, State.RUNNING)
    for row in batch.rows.filter(pk__in=list(people), outcome=ImportRow.Outcome.REVIEW):
        row.decision = people[row.pk]
        row.save(update_fields=["decision"])
    for one in batch.organisations.filter(pk__in=list(organisations)).exclude(near=None):
        one.is_near = organisations[one.pk]
        one.save(update_fields=["is_near"])
    record(verb="import.decided", subject=batch, by=by, at=at, people=len(people), organisations=len(organisations))
    if then_commit:
        commit(batch=batch, by=by, at=at)
    return batch


@transaction.atomic
def commit(*, batch: MemberImport, by: Member | None, at: datetime) -> Job:
    """Ask for the good rows to be imported; a job does it, once, however often it is asked for.

    Raises:
        ImportRefused: it was imported before, or was not checked.
    """
    batch = MemberImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.state == State.RUNNING:
        return latest_job(batch, OPEN) or _ask(COMMIT, batch, by=by, at=at)  # its job failed: begin again
    if State.RUNNING not in MemberImport.TRANSITIONS[State(batch.state)]:
        raise ImportRefused(_("This list is already %(state)s.") % {"state": batch.get_state_display()})
    batch.state = State.RUNNING
    batch.save(update_fields=["state"])
    record(verb="import.committed", subject=batch, by=by, at=at)
    return _ask(COMMIT, batch, by=by, at=at)


@transaction.atomic
def undo(*, batch: MemberImport, by: Member | None, at: datetime) -> Job:
    """Ask for an import to be taken back; whoever was touched since stays, and is named with the reason.

    Raises:
        ImportRefused: it was not imported, or its rows are forgotten.
    """
    batch = MemberImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.state == State.UNDOING:
        return latest_job(batch, OPEN) or _ask(UNDO, batch, by=by, at=at)
    if State.UNDOING not in MemberImport.TRANSITIONS[State(batch.state)] or batch.forgotten_at:
        raise ImportRefused(_("This list cannot be undone any more."))
    batch.state = State.UNDOING
    batch.save(update_fields=["state"])
    record(verb="import.undone", subject=batch, by=by, at=at)
    return _ask(UNDO, batch, by=by, at=at)


@transaction.atomic
def discard(*, batch: MemberImport, by: Member, at: datetime) -> None:
    """Throw a list away that was not imported; nothing of it stays but a line in the history.

    Raises:
        ImportRefused: it was imported, or is at work.
    """
    batch = MemberImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.state not in (State.UPLOADED, State.CHECKED):
        raise ImportRefused(_("This list is already %(state)s.") % {"state": batch.get_state_display()})
    record(verb="import.discarded", subject=batch, by=by, at=at)
    batch.delete()


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Delete the rows of lists whose time is over, with the samples of their columns; the counts stay.

    Safe to run at any time and twice. Returns of how many lists the rows were deleted.
    """
    old = list(
        MemberImport.objects.overdue(at).select_for_update(skip_locked=True).exclude(state__in=MemberImport.WORKING)
    )
    ImportRow.objects.filter(of__in=old).delete()
    ImportOrganisation.objects.filter(of__in=old).delete()
    for batch in old:
        batch.columns = [{**column, "samples": []} for column in batch.columns]
        batch.forgotten_at = at
        batch.save(update_fields=["columns", "forgotten_at"])
        record(verb="import.forgotten", subject=batch, by=None, at=at)
    return len(old)


@transaction.atomic
def take_bad_rows(*, batch: MemberImport, file: Any, by: Member | None, at: datetime) -> int:
    """Write the rows that were left out, and why, as CSV: what is wrong first, then the row as it was typed.

    Args:
        file: what bytes can be written to.

    Returns the number of rows. The history holds that somebody took them.
    """
    out = [ImportRow.Outcome.BAD, ImportRow.Outcome.SKIP]
    rows = batch.rows.filter(outcome__in=out).only("number", "problems", "cells").order_by("number")
    headings = [_("row"), _("what is wrong"), *(column["heading"] for column in batch.columns)]
    lines = ([row.number, words.in_one(row.problems), *row.cells] for row in rows.iterator(chunk_size=1_000))
    count = spreadsheets.write_csv(file, headings, lines)
    record(verb="import.rows_taken", subject=batch, by=by, at=at, rows=count)
    return count


# --- The work ---------------------------------------------------------------------------------------------------------


def check_all(job: Job) -> Iterator[work.Step]:
    """The worker of `CHECK`."""
    batch = _of(job)
    yield from checking.check(batch, at=job.created_at)
    _arrive(batch, State.CHECKED)


def commit_all(job: Job) -> Iterator[work.Step]:
    """The worker of `COMMIT`: writes the rows, then invites where that was wanted."""
    batch = _of(job)
    yield from committing.commit(batch, at=job.created_at)
    if batch.invites:
        yield from _invite(batch, at=job.created_at)
    batch.committed_at = job.created_at
    _arrive(batch, State.DONE, "committed_at")


def undo_all(job: Job) -> Iterator[work.Step]:
    """The worker of `UNDO`."""
    batch = _of(job)
    yield from undoing.undo(batch, by=job.created_by, at=job.created_at)
    batch.undone_at = job.created_at
    _arrive(batch, State.UNDONE, "undone_at")


def _invite(batch: MemberImport, *, at: datetime) -> Iterator[work.Step]:
    """Send the people whom the list made the link that sets up their sign-in; each once."""
    made = Member.objects.filter(pk__in=batch.rows.filter(done__made=True).values("person")).exclude(email=None)
    waiting = made.exclude(pk__in=SignInInvitation.objects.filter(created_at__gte=at).values("member"))
    total = batch.rows.filter(committing.GOOD).count()
    while people := list(waiting.order_by("pk")[:INVITED_AT_ONCE]):
        with transaction.atomic():
            postings = []
            for person in people:
                invitation, token = invitations.issue(member=person, at=at)
                postings.append(
                    import_emails.added_to_community(
                        person, batch.community, token=token, expires_at=invitation.expires_at, invitation=invitation.pk
                    )
                )
            outbox.post_many_once(postings, at=at)
        yield work.Step(total, total)


def latest_job(batch: MemberImport, states: Sequence[str] = ()) -> Job | None:
    """The last piece of work on an import, of whatever kind."""
    found = [jobs_about(kind, _about(batch)).first() for kind in (CHECK, COMMIT, UNDO)]
    jobs = [job for job in found if job and (not states or job.state in states)]
    return max(jobs, key=lambda job: (job.created_at, job.pk), default=None)


def _ask(kind: str, batch: MemberImport, *, by: Member | None, at: datetime) -> Job:
    payload = {"import": batch.pk}
    return enqueue(kind=kind, about=_about(batch), payload=payload, total=batch.rows_count, by=by, at=at)


def _about(batch: MemberImport) -> str:
    return f"members.memberimport:{batch.pk}"


def _of(job: Job) -> MemberImport:
    return MemberImport.objects.select_related("community", "by").get(pk=job.payload["import"])


def _arrive(batch: MemberImport, state: str, *dates: str) -> None:
    batch.state = state
    batch.save(update_fields=["state", "counts", *dates])


def _locked(batch: MemberImport, target: str) -> MemberImport:
    """Lock the import and hold that it can go to a state from the one it is in."""
    batch = MemberImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if batch.forgotten_at or target not in MemberImport.TRANSITIONS[State(batch.state)]:
        raise ImportRefused(_("This list is already %(state)s.") % {"state": batch.get_state_display()})
    return batch


work.register(CHECK, check_all)
work.register(COMMIT, commit_all)
work.register(UNDO, undo_all)
