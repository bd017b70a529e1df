"""The mail that two records of somebody became one: nobody's account is opened to another mailbox unseen."""

from collections.abc import Sequence
from datetime import datetime

from members.emails import to
from members.models import Member
from notices import drawers
from notices.drawers import Facts
from notices.outbox import Posting
from notices.render import Draft, Message, render

MERGED = "records_merged"


def records_merged(kept: Member, *, other: int, addresses: Sequence[str], by: Member) -> list[Posting]:
    """Tell her at the addresses of both records. No mail names the other address: it might be a mistake.

    Args:
        other: the number of the record that is no more.
    """
    facts = {"member": kept.pk, "by": by.pk}
    return [
        Posting(message=Draft(MERGED, to(kept, address=address), facts), key=f"{MERGED}:{kept.pk}:{other}:{number}")
        for number, address in enumerate(addresses)
    ]


def draw(facts: Facts, _at: datetime) -> Message:
    by = Member.objects.behind(facts["by"]).get()
    return render(MERGED, to(Member.objects.get(pk=facts["member"])), {"by": by.name})


drawers.register(MERGED, draw)
