"""Open points of a workshop's group, actions and drafts: written down, closed, and carried to the next gathering."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from members.models import Member
from workshops import policies
from workshops.models import Carrying, Gathering, OpenPoint, Workshop

WRITTEN = ("kind", "what", "text", "link", "owner", "organisation", "owner_words", "due_on")


class PointRefused(Exception):
    """This cannot be done with an open point, and nothing was changed; the text is a sentence for the reader."""


@dataclass(frozen=True)
class Choice:
    """What becomes of an open point: it goes to a workshop, or it is dropped for a reason."""

    point: int
    target: int | None = None
    reason: str = ""


@transaction.atomic
def write_down(*, workshop: Workshop, values: Mapping[str, Any], by: Member, at: datetime) -> OpenPoint:
    """Write down what a group leaves with.

    Args:
        values: of `WRITTEN`.

    Raises:
        PermissionDenied: the person leads nothing in this workshop.
    """
    policies.check_keeps_points(workshop, by=by, at=at)
    point = OpenPoint(workshop=workshop, author=by, created_at=at, **{name: values[name] for name in WRITTEN})
    point.save(force_insert=True)
    record(verb="open_point.written", subject=point, by=by, at=at, workshop=workshop.pk, kind=point.kind)
    return point


@transaction.atomic
def change(*, point: OpenPoint, values: Mapping[str, Any], version: int, by: Member, at: datetime) -> OpenPoint:
    """Write it anew.

    Args:
        version: of the point that the words were written on.

    Raises:
        PointRefused: somebody changed it meanwhile.
        PermissionDenied: the person leads nothing in the workshop where it lies.
    """
    point = _locked(point)
    policies.check_keeps_points(point.workshop, by=by, at=at)
    changed = [name for name in WRITTEN if getattr(point, name) != values[name]]
    if not changed:
        return point
    if point.version != version:
        words = _(
            "Somebody changed this meanwhile. Nothing is saved yet, and what you wrote is still here. "
            "Save again to replace it."
        )
        raise PointRefused(words)
    for name in changed:
        setattr(point, name, values[name])
    point.version += 1
    point.save(update_fields=[*changed, "version"])
    record(verb="open_point.changed", subject=point, by=by, at=at, fields=changed)
    return point


@transaction.atomic
def settle(*, point: OpenPoint, state: str, reason: str = "", by: Member, at: datetime) -> OpenPoint:
    """Say that it is done, that it is dropped and why, or that it is open again. Safe to run twice.

    Its owner may say that it is done; everything else is for those who lead the workshop.

    Raises:
        PointRefused: that does not follow from where it stands, or it is dropped without a reason.
        PermissionDenied: the person neither leads the workshop nor does this action.
    """
    point = _locked(point)
    if not (state == OpenPoint.State.DONE and point.owner_id == by.pk):
        policies.check_keeps_points(point.workshop, by=by, at=at)
    return _settle(point, state, reason, by=by, at=at)


@transaction.atomic
def decide(*, gathering: Gathering, choices: Iterable[Choice], by: Member, at: datetime) -> int:
    """Carry open points of earlier gatherings into workshops of this one, or drop them; give how many were decided.

    What somebody else decided or closed meanwhile is left as it is.

    Raises:
        PointRefused: a workshop is not one of this gathering, or a reason is missing. Nothing was changed then.
        PermissionDenied: the person does not plan the gatherings of this community.
    """
    policies.check_can_plan(gathering.community, by=by, at=at)
    chosen = {choice.point: choice for choice in choices}
    alive = gathering.workshops.exclude(state=Workshop.State.CANCELLED)
    workshops = {one.pk: one for one in alive}
    waiting = OpenPoint.objects.waiting_for(gathering).filter(pk__in=chosen).select_for_update(of=("self",))
    rows = list(waiting.select_related("workshop").order_by("pk"))
    for point in rows:
        choice = chosen[point.pk]
        if choice.target is None:
            _settle(point, OpenPoint.State.DROPPED, choice.reason, by=by, at=at)
        elif choice.target in workshops:
            carry(point, workshops[choice.target], by=by, at=at)
        else:
            raise PointRefused(_("Please choose a workshop of this gathering."))
    return len(rows)


def carry(point: OpenPoint, target: Workshop, *, by: Member, at: datetime) -> None:
    """Lay a locked, open point into another workshop and keep where it came from. For callers in a transaction."""
    Carrying.objects.create(point=point, source=point.workshop, target=target, by=by, at=at)
    record(
        verb="open_point.carried", subject=point, by=by, at=at, source=point.workshop_id, target=target.pk
    )  # fmt: skip
    point.workshop, point.version = target, point.version + 1
    point.save(update_fields=["workshop", "version"])


def carry_along(source: Workshop, target: Workshop, ticked: Iterable[int], *, by: Member, at: datetime) -> int:
    """Carry the ticked open points of a workshop into its copy; give how many."""
    rows = OpenPoint.objects.open().filter(workshop=source, pk__in=list(ticked)).select_for_update(of=("self",))
    points = list(rows.select_related("workshop").order_by("pk"))
    for point in points:
        carry(point, target, by=by, at=at)
    return len(points)


def _locked(point: OpenPoint) -> OpenPoint:
    rows = OpenPoint.objects.select_for_update(of=("self",)).select_related("workshop__gathering")
    return rows.get(pk=point.pk)


def _settle(point: OpenPoint, state: str, reason: str, *, by: Member, at: datetime) -> OpenPoint:
    if point.state == state:
        return point
    if state not in OpenPoint.TRANSITIONS[OpenPoint.State(point.state)]:
        raise PointRefused(_("That step does not follow from where it stands now."))
    if state == OpenPoint.State.DROPPED and not reason:
        raise PointRefused(_("Please say why it is dropped, in a few words."))
    point.state, point.version = state, point.version + 1
    point.reason = reason if state == OpenPoint.State.DROPPED else ""
    point.closed_at = None if state == OpenPoint.State.OPEN else at
    point.save(update_fields=["state", "reason", "closed_at", "version"])
    record(verb=f"open_point.{state}", subject=point, by=by, at=at, workshop=point.workshop_id)
    return point
