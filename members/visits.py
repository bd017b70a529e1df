"""On which day somebody was here last: a day, written once; no page, no hour and no address of a device."""

from datetime import datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver

from forestallies.lib import clock
from members.models import Member


def note(member: Member, *, at: datetime) -> None:
    """Write down that she was here on this day, in UTC; no statement when that is written already."""
    day = at.date()
    if member.last_seen_on is None or member.last_seen_on < day:
        Member.objects.filter(pk=member.pk).update(last_seen_on=day)
        member.last_seen_on = day


@receiver(user_logged_in)
def _note_sign_in(user: Member, **_: Any) -> None:
    note(user, at=clock.now())
