"""Questions to the speakers as pages show them: the most wanted first, nobody's name against her will."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import BooleanField, Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Value, When

from events import policies
from events.actions.speaker_questions import takes_questions
from events.models import Event, SpeakerQuestion, SpeakerQuestionVote
from members.models import Member

State = SpeakerQuestion.State


class Door(NamedTuple):
    """What the page of an event says of its questions: whether its reader takes part in them, and how many are open."""

    is_open: bool
    number: int


def listed(event: Event, *, reader: Member) -> QuerySet[SpeakerQuestion]:
    """All questions of an event, by votes and then by age, each with `number` of votes, `voted`, `mine` and `asker`.

    The name of somebody who asks without it is not even read from the database.
    """
    own_vote = SpeakerQuestionVote.objects.filter(question=OuterRef("pk"), member=reader)
    mine = Case(When(member=reader, then=Value(True)), default=Value(False), output_field=BooleanField())
    asker = Case(When(with_name=True, then=F("member__name")), default=Value(""), output_field=CharField())
    rows = SpeakerQuestion.objects.filter(event=event).annotate(
        number=Count("votes"), voted=Exists(own_vote), mine=mine, asker=asker
    )
    return rows.order_by("-number", "created_at", "pk")


def door(event: Event, *, member: Member, at: datetime) -> Door:
    """What the page of an event shows, in one query."""
    waiting = Count("speaker_questions", filter=Q(speaker_questions__state=State.OPEN))
    rows = Event.objects.filter(pk=event.pk).annotate(
        takes_part=Exists(policies.events_to_ask_in(member, at=at).filter(pk=OuterRef("pk"))), waiting=waiting
    )
    takes_part, number = rows.values_list("takes_part", "waiting").get()
    return Door(takes_part and (takes_questions(event, at) or number > 0), number)
