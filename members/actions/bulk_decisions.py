"""Deciding on several applications, each judged on its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from members import bulk
from members.actions import applications
from members.bulk import Judged
from members.models import Member

AT_MOST = 50


@dataclass(frozen=True)
class Outcome:
    """How many were decided on, and how many stay as they were."""

    done: int
    left: int


@transaction.atomic
def approve_many(*, ids: Iterable[int], by: Member, at: datetime) -> Outcome:
    """Approve those that can be approved without a closer look; each is its own step, and none undoes another."""

    def approve(one: Judged) -> None:
        applications.approve(application=one.application, organisation=one.organisation, by=by, at=at)

    return _each(ids, "approve", approve, by=by, at=at)


@transaction.atomic
def decline_many(*, ids: Iterable[int], reason: str, by: Member, at: datetime) -> Outcome:
    """Decline all of them that are open, with one reason; each can be taken back for an hour."""

    def decline(one: Judged) -> None:
        applications.decline(application=one.application, reason=reason, by=by, at=at)

    return _each(ids, "decline", decline, by=by, at=at)


def _each(ids: Iterable[int], act: str, do: Callable[[Judged], None], *, by: Member, at: datetime) -> Outcome:
    done, wanted = 0, list(ids)
    for one in bulk.judge(wanted, act, by=by, at=at):
        if one.hindrance:
            continue
        try:
            with transaction.atomic():
                do(one)
        except (applications.ApplicationRefused, PermissionDenied):
            continue  # somebody was faster, or the account is switched off: it is counted among those left
        done += 1
    return Outcome(done, len(wanted) - done)
