"""Letters of the coordinator: one that went to a group some days ago, and a draft."""

from datetime import timedelta
from typing import Any

from django.conf import settings

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.rows import fixed_uuid, read
from members.actions import mailings
from members.audiences import Selection
from members.models import Circle, Mailing, Member
from members.models.mailings import Words
from notices.models import Notice


def load_letters(circle: Circle, *, by: Member, calendar: Calendar) -> None:
    """Write both and send one of them, unless there are letters already. Nothing of it is left for delivery to do."""
    if Mailing.objects.exists():
        return
    data = read("letters")
    words = data["sent"]
    sent = _begin(circle, words, by=by, calendar=calendar)
    sent = mailings.send(mailing=sent, by=by, at=calendar.ago(words["sent_days_ago"]))
    _deliver(sent, words)
    _begin(circle, data["draft"], by=by, calendar=calendar)


def _begin(circle: Circle, words: dict[str, Any], *, by: Member, calendar: Calendar) -> Mailing:
    return mailings.begin(
        selection=Selection(of="circle", id=circle.pk),
        words={code: Words(one["subject"], one["text"].strip()) for code, one in words["words"].items()},
        english_instead=False,
        is_important=False,
        by=by,
        at=calendar.ago(words["written_days_ago"]),
    )


def _deliver(mailing: Mailing, words: dict[str, Any]) -> None:
    """Let the mails of a letter have left; the last one came to a full mailbox."""
    rows = list(Notice.objects.filter(about__contains=[mailing.label]).order_by("address"))
    for row in rows:
        row.message_id = f"<{fixed_uuid(f'letter:{row.address}')}@{settings.SITE_HOST}>"
        row.state, row.attempts = Notice.State.SENT, 1
        row.finished_at = row.created_at + timedelta(minutes=words["minutes"])
    rows[-1].state, rows[-1].problem = Notice.State.FAILED, words["problem"]
    Notice.objects.bulk_update(rows, ["message_id", "state", "attempts", "finished_at", "problem"])
