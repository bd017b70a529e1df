"""A list of members that was brought in from a file, with the rows that were wrong; and a wish to be erased."""

from io import BytesIO

from django.core.files import File

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.people import NO_PASSWORD
from forestallies.demo.seed.rows import read
from members.actions import imports
from members.importing import committing
from members.models import Community, ErasureRequest, Member, MemberImport


def load_lists(community: Community, *, by: Member, calendar: Calendar) -> None:
    """Bring the list in as a coordinator would, unless one was brought in already. Nobody gets a mail of it."""
    if MemberImport.objects.exists():
        return
    data = read("lists")
    at = calendar.ago(data["brought_days_ago"])
    file = File(BytesIO(data["text"].strip().encode()), name=data["file"])
    batch = imports.stage(community=community, file=file, by=by, at=at)
    batch = imports.choose_columns(batch=batch, columns=batch.columns, options={}, by=by, at=at)
    for _step in committing.commit(batch, at=at):
        pass
    batch.state, batch.committed_at = MemberImport.State.DONE, at
    batch.save(update_fields=["state", "counts", "committed_at"])
    made = Member.objects.filter(pk__in=batch.rows.filter(done__made=True).values("person"))
    made.update(is_demo=True, password=NO_PASSWORD)
    wished_at = calendar.ago(data["wished_days_ago"])
    ErasureRequest.objects.create(
        member=made.get(email=data["wish"]),
        state=ErasureRequest.State.WAITING,
        asked_by=by,
        reason=data["why"],
        asked_at=wished_at,
        confirmed_at=wished_at,
        due_at=wished_at + ErasureRequest.waiting_time(),
    )
