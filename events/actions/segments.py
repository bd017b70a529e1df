"""The run of show is built here: segments added, changed, moved, removed, and copied from another event.

Positions run from 0 without gaps: every change locks the event first, so two people who arrange it at the same moment
do so one after the other.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events import policies
from events.locks import lock_event
from events.models import Event, Material, Role, Segment
from events.models.segments import TITLES
from members.models import Member

MOST = 60  # segments of one event
FIELDS = (*TITLES, "minutes", "lead", "lead_words", "language", "has_channel", "is_public", "note")
COPIED = tuple(name for name in FIELDS if name != "lead")


class SegmentRefused(Exception):
    """The run of show does not take this change, and nothing was changed; the text is a sentence for the reader."""


@transaction.atomic
def add(
    *, segment: Segment, materials: Iterable[Material] = (), to: int | None = None, by: Member, at: datetime
) -> Segment:
    """Put a new segment into the run of show of its event.

    Args:
        segment: unsaved, with its event.
        to: its position, from 0; the end without it, and where the number is too high.

    Raises:
        SegmentRefused: there are too many, or its lead or a material belongs to another event.
        PermissionDenied: the person does not run this event.
    """
    event, rows = _opened(segment.event_id, by=by, at=at)
    if len(rows) >= MOST:
        raise SegmentRefused(_("A run of show has at most %(number)d rows.") % {"number": MOST})
    materials = _checked(segment, materials)
    segment.position = len(rows)
    segment.save(force_insert=True)
    segment.materials.set(materials)
    _put(rows, segment, len(rows) if to is None else to)
    record(verb="segment.added", subject=segment, by=by, at=at, event=event.pk, position=segment.position)
    return segment


@transaction.atomic
def change(
    *, segment: Segment, materials: Iterable[Material] = (), to: int | None = None, by: Member, at: datetime
) -> Segment:
    """Save what was changed in a segment, and move it where that is asked.

    Args:
        segment: with its new values.
        materials: all of them; those left out are taken off.
        to: its position, from 0; where it stands without it.

    Raises:
        SegmentRefused: somebody removed it meanwhile, or its lead or a material belongs to another event.
        PermissionDenied: the person does not run this event.
    """
    event, rows = _opened(segment.event_id, by=by, at=at)
    stored = _found(rows, segment)
    materials = _checked(segment, materials)
    segment.position = stored.position
    segment.save(update_fields=FIELDS)
    segment.materials.set(materials)
    if to is not None:
        _put([row if row.pk != segment.pk else segment for row in rows], segment, to)
    record(verb="segment.changed", subject=segment, by=by, at=at, event=event.pk, position=segment.position)
    return segment


@transaction.atomic
def move(*, segment: Segment, by_rows: int, by: Member, at: datetime) -> Segment:
    """Move a segment up (-1) or down (+1) by some rows from where it stands now; at either end it stays.

    Raises:
        SegmentRefused: somebody removed it meanwhile.
        PermissionDenied: the person does not run this event.
    """
    event, rows = _opened(segment.event_id, by=by, at=at)
    segment = _found(rows, segment)
    was = segment.position
    _put(rows, segment, max(was + by_rows, 0))
    if segment.position != was:
        record(verb="segment.moved", subject=segment, by=by, at=at, event=event.pk, was=was, position=segment.position)
    return segment


@transaction.atomic
def remove(*, segment: Segment, by: Member, at: datetime) -> None:
    """Take a segment out of the run of show; those after it move up.

    Raises:
        SegmentRefused: somebody removed it before.
        PermissionDenied: the person does not run this event.
    """
    event, rows = _opened(segment.event_id, by=by, at=at)
    segment = _found(rows, segment)
    record(verb="segment.removed", subject=segment, by=by, at=at, event=event.pk, position=segment.position)
    segment.delete()
    _number([row for row in rows if row is not segment])


@transaction.atomic
def copy_from(*, source: Event, event: Event, replace: bool = False, by: Member, at: datetime) -> int:
    """Give an event the run of show of another one, minute by minute as it is there.

    A lead who has the same role in this event leads here too; of others the name is kept in words. Materials stay with
    their event.

    Args:
        replace: what this event has already makes way; otherwise it is refused.

    Returns:
        How many segments were copied.

    Raises:
        SegmentRefused: there is nothing to copy, or something here already.
        PermissionDenied: the person does not run both events.
    """
    event, rows = _opened(event.pk, by=by, at=at)
    policies.check_works(source, "run", by=by, at=at)
    found = list(Segment.objects.filter(event=source.pk).select_related("lead__member"))
    if source.pk == event.pk or not found:
        raise SegmentRefused(_("There is nothing to copy in that event."))
    if rows and not replace:
        raise SegmentRefused(_("This event has a run of show already. Tick “Replace” to put the other in its place."))
    Segment.objects.filter(event=event.pk).delete()
    roles = {(role.member_id, role.kind): role for role in Role.objects.standing().filter(event=event.pk)}
    Segment.objects.bulk_create([_copy(segment, event, roles, position) for position, segment in enumerate(found)])
    record(verb="segments.copied", subject=event, by=by, at=at, source=source.pk, copied=len(found), replaced=len(rows))
    return len(found)


def _opened(event_id: int, *, by: Member, at: datetime) -> tuple[Event, list[Segment]]:
    """Lock an event, which the person has to run, and give it with its segments in their order."""
    event = lock_event(event_id)
    policies.check_works(event, "run", by=by, at=at)
    return event, list(Segment.objects.filter(event=event_id))


def _found(rows: list[Segment], segment: Segment) -> Segment:
    """The segment as it stands under the lock."""
    for row in rows:
        if row.pk == segment.pk:
            return row
    raise SegmentRefused(_("Somebody removed this row meanwhile. Nothing was changed."))


def _checked(segment: Segment, materials: Iterable[Material]) -> list[Material]:
    """The materials, when they and the lead belong to the event."""
    materials = list(materials)
    others = {material.event_id for material in materials} | ({segment.lead.event_id} if segment.lead else set())
    if others - {segment.event_id}:
        raise SegmentRefused(_("Its lead or one of its materials belongs to another event. Nothing was changed."))
    return materials


def _put(rows: list[Segment], segment: Segment, to: int) -> None:
    """Stand a segment at a position among the others, and number all of them."""
    others = [row for row in rows if row.pk != segment.pk]
    _number([*others[:to], segment, *others[to:]])


def _number(rows: list[Segment]) -> None:
    """Number segments from 0 in the given order; writes those that change their number, in one statement."""
    changed = [(row, number) for number, row in enumerate(rows) if row.position != number]
    for row, number in changed:
        row.position = number
    Segment.objects.bulk_update([row for row, _number in changed], ["position"])


def _copy(segment: Segment, event: Event, roles: dict[tuple[int, str], Role], position: int) -> Segment:
    """The same segment for another event, unsaved."""
    values: dict[str, Any] = {name: getattr(segment, name) for name in COPIED}
    values[TITLES[0]] = values[TITLES[0]] or segment.any_title()  # what readers of a language without a title read
    lead = segment.lead
    same = roles.get((lead.member_id, lead.kind)) if lead else None
    if lead and same is None and lead.state in Role.STANDING:
        values["lead_words"] = values["lead_words"] or lead.member.name
    return Segment(event=event, position=position, lead=same, **values)
