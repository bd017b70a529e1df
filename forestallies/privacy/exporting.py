"""The copy of everything about a person: asked for on a page, made by a job, fetched by her, deleted days later."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from audit.models import record
from certificates import codes
from certificates.models import Document
from forestallies.lib import clock
from forestallies.privacy import emails
from forestallies.privacy.copies import Copy, copies, purposes, sections
from forestallies.privacy.finders import FINDS, Person
from jobs import queue, work
from jobs.models import Job
from jobs.work import Step
from members.models import DataExport, Member
from notices import outbox

KIND = "forestallies.data_export"


@transaction.atomic
def ask(*, member: Member, by: Member, at: datetime) -> DataExport:
    """Ask for a copy of everything about oneself; while one is being made, that one is meant."""
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    open_one = DataExport.objects.filter(member=member, made_at=None, job__state__in=queue.OPEN).first()
    if open_one:
        return open_one
    export = DataExport.objects.create(member=member, asked_at=at)
    export.job = queue.enqueue(
        kind=KIND, about=f"members.dataexport:{export.pk}", payload={"export": export.pk}, total=len(FINDS), by=by,
        at=at,
    )  # fmt: skip
    export.save(update_fields=["job"])
    record(verb="data_export.asked", subject=export, by=by, at=at, member=member.pk)
    return export


def make(job: Job) -> Iterator[Step]:
    """Make the copy, a table a step; the last one stores it and posts the mail. Done twice it is made once."""
    export = DataExport.objects.select_related("member").filter(pk=job.payload["export"]).first()
    total = len(FINDS)
    if export is None or export.made_at or export.member.erased_at:
        yield Step(total, total)
        return
    member = export.member
    found: list[Copy] = []
    with translation.override(member.language), timezone.override(ZoneInfo(member.zone)):
        for one in copies(Person.of(member)):
            found.append(one)
            if len(found) < total:
                yield Step(len(found), total)
        content = archive(member, found, at=clock.now())
    store(export, content, at=clock.now())
    yield Step(total, total)


@transaction.atomic
def store(export: DataExport, content: bytes, *, at: datetime) -> None:
    """Keep the file for some days and tell its owner; it is hers alone, so the audit holds its size only."""
    Member.objects.select_for_update(no_key=True).get(pk=export.member_id)
    expires_at = at + timedelta(days=settings.DATA_EXPORT_DAYS)
    fresh = DataExport.objects.filter(pk=export.pk, made_at=None, member__erased_at=None)
    if not fresh.update(content=content, size=len(content), made_at=at, expires_at=expires_at):
        return
    export.made_at, export.expires_at = at, expires_at
    record(verb="data_export.made", subject=export, by=None, at=at, size=len(content))
    outbox.post_once(emails.data_export_ready(export), at=at)


def archive(member: Member, found: list[Copy], *, at: datetime) -> bytes:
    """Put the data, a page to read and the certificates into one zip; words are in the active language and zone."""
    tables = {one.label: {"purposes": purposes(one.label), "rows": one.rows} for one in found if one.rows}
    data = {"made_at": at.isoformat(), "portal": settings.SITE_URL, "person": member.pk, "tables": tables}
    page = render_to_string(
        "privacy/copy.html",
        {"member": member, "sections": sections(found), "made_at": at, "SITE_URL": settings.SITE_URL},
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("data.html", page)
        zipped.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        for paper in Document.objects.filter(certificate__holder=member).select_related("certificate"):
            zipped.writestr(f"certificates/{codes.show(paper.certificate.code)}.pdf", bytes(paper.pdf))
    return file.getvalue()


work.register(KIND, make)
