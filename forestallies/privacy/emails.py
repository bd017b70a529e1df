"""The mails about one's own data: a copy is ready, confirm to be erased, it will be done on this day."""

from datetime import datetime

from django.urls import reverse

from forestallies.lib import links
from forestallies.lib.links import SignedLink
from members.emails import to
from members.models import DataExport, ErasureRequest
from notices import drawers, guards
from notices.drawers import Facts
from notices.guards import Verdict
from notices.outbox import Posting
from notices.render import Draft, Message, render

READY, ASKED, PLANNED = "data_export_ready", "erasure_asked", "erasure_planned"
READY_GUARD, ASKED_GUARD, PLANNED_GUARD = "forestallies.data_export", "forestallies.asked", "forestallies.planned"
WISH = SignedLink(name="erasure_page", salt="forestallies.erasure")  # of an erasure request

State = ErasureRequest.State


def data_export_ready(export: DataExport) -> Posting:
    """Tell somebody where to fetch the copy of her data. The link asks her to sign in: mails are passed on."""
    return Posting(
        message=Draft(READY, to(export.member), {"export": export.pk}),
        key=f"{READY}:{export.pk}",
        guard=READY_GUARD,
        subject_ref=f"{export.pk}",
        expires_at=export.expires_at,
    )


def erasure_asked(wish: ErasureRequest) -> Posting:
    """Mail the link that confirms a wish to be erased."""
    return Posting(
        message=Draft(ASKED, to(wish.member), {"wish": wish.pk}),
        key=f"{ASKED}:{wish.pk}:{wish.asked_at.isoformat()}",
        guard=ASKED_GUARD,
        subject_ref=f"{wish.pk}",
        sensitive=True,
        expires_at=wish.asked_at + ErasureRequest.CONFIRM_WITHIN,
    )


def erasure_planned(wish: ErasureRequest) -> Posting:
    """Say on which day she will be erased, and how to take it back."""
    return Posting(
        message=Draft(PLANNED, to(wish.member), {"wish": wish.pk}),
        key=f"{PLANNED}:{wish.pk}",
        guard=PLANNED_GUARD,
        subject_ref=f"{wish.pk}",
        sensitive=True,
        expires_at=wish.due_at,
    )


def draw_ready(facts: Facts, _at: datetime) -> Message:
    export = DataExport.objects.select_related("member").get(pk=facts["export"])
    context = {"until": export.expires_at, "link": links.absolute(reverse("my_data"))}
    return render(READY, to(export.member), context)


def draw_asked(facts: Facts, _at: datetime) -> Message:
    wish = ErasureRequest.objects.select_related("member").get(pk=facts["wish"])
    context = {"wish": wish, "link": WISH.address(wish.pk), "days": ErasureRequest.waiting_time().days}
    return render(ASKED, to(wish.member), context)


def draw_planned(facts: Facts, _at: datetime) -> Message:
    wish = ErasureRequest.objects.select_related("member", "asked_by").get(pk=facts["wish"])
    by = wish.asked_by.name if wish.asked_by and wish.asked_by_id != wish.member_id else ""
    return render(PLANNED, to(wish.member), {"wish": wish, "by": by, "link": WISH.address(wish.pk)})


def is_ready(subject_ref: str, at: datetime) -> Verdict:
    """Nobody is called to fetch what was thrown away."""
    ok = DataExport.objects.filter(pk=int(subject_ref), expires_at__gt=at).exists()
    return Verdict(ok, "" if ok else "The copy was deleted.")


def is_in(state: State) -> guards.Guard:
    """Make the guard that lets a mail go while the wish is in a state."""

    def guard(subject_ref: str, _at: datetime) -> Verdict:
        ok = ErasureRequest.objects.filter(pk=int(subject_ref), state=state).exists()
        return Verdict(ok, "" if ok else "The wish was confirmed, carried out or taken back.")

    return guard


drawers.register(READY, draw_ready)
drawers.register(ASKED, draw_asked)
drawers.register(PLANNED, draw_planned)
guards.register(READY_GUARD, is_ready)
guards.register(ASKED_GUARD, is_in(State.ASKED))
guards.register(PLANNED_GUARD, is_in(State.WAITING))
