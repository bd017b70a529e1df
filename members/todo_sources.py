"""What people and introductions ask of a member, and what the portal does not know of her yet."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.joining_emails import STATUS
from members.models import (
    Application,
    Community,
    Confidence,
    ContactRequest,
    Grant,
    Introduction,
    Member,
    Membership,
    Organisation,
)
from members.models.confidence import Half
from members.models.organisations import CHECKED_EVERY
from members.todos import Row, Source, Titles, Todo, register, rows

CONTACT, INTRODUCTION, APPLICATION = "contact_request", "introduction", "application_question"
PROFILE, CONFIDENCE = "profile", "confidence"
CHECK, ORGANISATION_CHECK = "yearly_check", "organisation_check"


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


def checks(member: Member, at: datetime) -> QuerySet[Any]:
    """Nobody has said for a year that what is written of her is right."""
    active = Membership.objects.filter(member=member, state=Membership.State.ACTIVE)
    last = Greatest("joined_at", "confirmed_at")  # a missing one does not count
    return rows(CHECK, active.alias(last=last).filter(last__lte=at - CHECKED_EVERY))


def organisation_checks(member: Member, at: datetime) -> QuerySet[Any]:
    """The same of an organisation whose contact she is."""
    held = Grant.objects.current(at).filter(
        member=member, right=Grant.Right.ORGANISATION_CONTACT, organisation=OuterRef("pk")
    )
    last = Greatest("created_at", "checked_at")
    found = Organisation.objects.alias(last=last).filter(Exists(held), last__lte=at - CHECKED_EVERY)
    return rows(ORGANISATION_CHECK, found)


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


def read_check(row: Row, _titles: Titles) -> Todo:
    words = _("Is what is written of you still right? One button is enough.")
    return Todo(row.source, words, "", reverse("my_membership_check", args=[row.pk]), _("Look at it"))


def read_organisation_check(row: Row, _titles: Titles) -> Todo:
    words = _("You are the contact of an organisation. Is what is written of it still right?")
    return Todo(row.source, words, "", reverse("contact_organisation", args=[row.pk]), _("Look at it"))


register(APPLICATION, Source(application_questions, read_application, rank=10))
register(CONTACT, Source(contact_requests, read_contact, rank=20))
register(INTRODUCTION, Source(introductions, read_introduction, rank=30))
register(PROFILE, Source(profile_gaps, read_profile, rank=40))
register(CONFIDENCE, Source(confidence_questions, read_confidence, rank=90))
register(CHECK, Source(checks, read_check, rank=50))
register(ORGANISATION_CHECK, Source(organisation_checks, read_organisation_check, rank=60))
