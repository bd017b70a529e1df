"""The mail that says there is a concern: a link and nothing else, for mailboxes are shared and forwarded."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from forestallies.lib import links
from members.emails import circle_label, to
from members.models import Circle, Concern, Grant, Member
from notices.outbox import Posting
from notices.render import render

REPORTED = "concern_reported"


def readers(concern: Concern, *, at: datetime) -> list[Member]:
    """Who is told: the coordinators of its circle; superusers when it is about one of them, or about no circle."""
    if concern.circle_id and not concern.about_coordinator:
        circles = Circle.objects.filter(Q(pk=concern.circle_id) | Q(inner=concern.circle_id))
        grants = Grant.objects.current(at).filter(right=Grant.Right.COORDINATOR, circle__in=circles)
        if found := list(Member.objects.active().filter(grants__in=grants).order_by("pk").distinct()):
            return found
    return list(Member.objects.active().filter(is_superuser=True).order_by("pk"))


def concern_reported(concern: Concern, reader: Member) -> Posting:
    """Tell that there is a concern and where it is read. Not a word of it, of its circle or of who wrote it."""
    link = links.absolute(reverse("concern_detail", args=[concern.pk]))
    # Without the circle's label its coordinators do not find in the outbox what is not theirs to read.
    about = (circle_label(concern.circle_id),) if concern.circle_id and not concern.about_coordinator else ()
    context = {"reference": concern.reference, "link": link}
    return Posting(
        message=render(REPORTED, to(reader), context, about=about),
        key=f"{REPORTED}:{concern.pk}:{reader.pk}",
    )
