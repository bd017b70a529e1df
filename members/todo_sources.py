"""What people and introductions ask of a member, and what the portal does not know of her yet."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.joining_emails import STATUS
from members.models import Application, Community, Confidence, ContactRequest, Introduction, Member, Membership
from members.models.confidence import Half
from members.todos import Row, Source, Titles, Todo, register, rows

CONTACT, INTRODUCTION, APPLICATION = "contact_request", "introduction", "application_question"
PROFILE, CONFIDENCE = "profile", "confidence"


def contact_requests(member: Member, _at: datetime) -> QuerySet[Any]:
    """Somebody asks to write to her."""
    return rows(CONTACT, ContactRequest.objects.filter(asked=member, state=ContactRequest.State.OPEN))


def introductions(member: Member, _at: datetime) -> QuerySet[Any]:
    """Her need or offer meets another, and her own side has not answered."""
    hers = Q(need__member=member, need_agreed_at=None) | Q(offer__member=member, offer_agreed_at=None)
    return rows(INTRODUCTION, Introduction.objects.filter(hers, state=Introduction.State.ASKED))


def application_questions(member: Member, _at: datetime) -> QuerySet[Any]:
    """A coordinator asked something about an application that she sent from the address of her account."""
    asked = Application.objects.filter(email=member.email, state=Application.State.INFO_REQUESTED)
    return rows(APPLICATION, asked if member.email else asked.none())


def profile_gaps(member: Member, _at: datetime) -> QuerySet[Any]:
    """Nobody said where she is, so that times may be told in the wrong zone."""
    return rows(PROFILE, Member.objects.filter(Q(country="") | Q(zone="UTC"), pk=member.pk))


def confidence_questions(member: Member, at: datetime) -> QuerySet[Any]:
    """The question of this half-year, in each community of which she is an active member, until she dealt with it."""
    period = Half.of(at)
    joined = Membership.objects.filter(member=member, community=OuterRef("pk"), state=Membership.State.ACTIVE)
    dealt = Confidence.objects.during(period).filter(member=member, community=OuterRef("pk"))
    return rows(CONFIDENCE, Community.objects.filter(Exists(joined), ~Exists(dealt)))


def read_contact(row: Row, _titles: Titles) -> Todo:
    return Todo(row.source, _("Somebody asks to write to you."), "", reverse("contact_list"), _("Read and answer"))


def read_introduction(row: Row, _titles: Titles) -> Todo:
    words = _("Something may fit your need or offer. Shall we introduce you?")
    return Todo(row.source, words, "", reverse("introduction_list"), _("Read and answer"))


def read_application(row: Row, _titles: Titles) -> Todo:
    words = _("The team has a question about your application.")
    address = reverse(STATUS.name, args=[STATUS.token(row.pk)])
    return Todo(row.source, words, "", address, _("Answer the question"))


def read_profile(row: Row, _titles: Titles) -> Todo:
    words = _("Tell us your country and time zone, so that every time you read is your own.")
    return Todo(row.source, words, "", reverse("profile_edit"), _("Complete my profile"))


def read_confidence(row: Row, _titles: Titles) -> Todo:
    words = _("One question, once in half a year: how confident are you?")
    return Todo(row.source, words, "", reverse("confidence_answer", args=[row.pk]), _("Answer in one tap"))


register(APPLICATION, Source(application_questions, read_application, rank=10))
register(CONTACT, Source(contact_requests, read_contact, rank=20))
register(INTRODUCTION, Source(introductions, read_introduction, rank=30))
register(PROFILE, Source(profile_gaps, read_profile, rank=40))
register(CONFIDENCE, Source(confidence_questions, read_confidence, rank=90))
