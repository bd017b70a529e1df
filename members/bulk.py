"""Which of several applications can be decided on together, and what would become of each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from members import duplicates, policies
from members.duplicates import Likenesses
from members.models import Application, Member, Organisation


@dataclass(frozen=True)
class Judged:
    """One of them.

    Attributes:
        hindrance: why it stays as it is, for the reader; empty when it can be decided on.
        organisation: the one that the person would belong to, on approval; None makes a new one.
    """

    application: Application
    hindrance: str = ""
    organisation: Organisation | None = None


def judge(ids: Iterable[int], act: str, *, by: Member, at: datetime) -> list[Judged]:
    """Judge each of the applications that `by` sees on its own, in the order they came.

    Args:
        act: "approve" or "decline".
    """
    rows = Application.objects.visible_to(by, at=at).filter(pk__in=list(ids)).order_by("submitted_at", "pk")
    target = Application.State.APPROVED if act == "approve" else Application.State.DECLINED
    return [_judged(row, target, by=by, at=at) for row in rows.select_related("community__circle", "organisation")]


def _judged(row: Application, target: str, *, by: Member, at: datetime) -> Judged:
    if target not in Application.TRANSITIONS[Application.State(row.state)]:
        return Judged(row, _("It has its answer already."))
    if not policies.can_decide(row, by=by, at=at):
        return Judged(row, _("Nobody decides on her or his own application."))
    if target == Application.State.DECLINED:
        return Judged(row)
    organisation = row.organisation or duplicates.organisation_of_this_name(row.organisation_name)
    alike = Likenesses(row, by=by, at=at)
    if any(found.why != duplicates.ADDRESS for found in alike.people):
        return Judged(row, _("Somebody of a similar name is known; please look at it on its own page."))
    if not organisation and alike.organisations:
        return Judged(row, _("An organisation of a similar name is known; please look at it on its own page."))
    return Judged(row, organisation=organisation)
