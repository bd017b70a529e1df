"""What a person reads of her own membership: how it stands, what is written of her, and what a change would mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from forestallies.lib import languages, zones
from members import endings
from members.models import Affiliation, DirectoryEntry, Grant, Member, Membership, Organisation

State = Membership.State


@dataclass(frozen=True)
class Written:
    """What is written of somebody, as she is asked whether it is right."""

    name: str
    country: str
    zone: str
    language: str
    spoken: str
    affiliations: Sequence[Affiliation]


def written_of(member: Member, *, at: datetime) -> Written:
    """Gather it; two queries."""
    entry = DirectoryEntry.objects.filter(member=member).first()
    current = Affiliation.objects.current(at.date()).filter(member=member)
    return Written(
        name=member.name,
        country=zones.country_name(member.country) if member.country else "",
        zone=f"{zones.city(member.zone)} ({zones.offset(at, member.zone)})",
        language=str(member.get_language_display()),
        spoken=languages.in_words(entry.languages) if entry else "",
        affiliations=list(current.select_related("organisation").order_by("starts_on", "pk")),
    )


def to_check(member: Member, *, at: datetime) -> list[Membership]:
    """Her memberships of which nobody has said for a year that what is written of her is right; for My page."""
    rows = Membership.objects.filter(member=member, state=State.ACTIVE).select_related("community")
    return [one for one in rows.order_by("pk") if one.is_to_check(at)]


def organisations_of_contact(member: Member, *, at: datetime) -> list[Organisation]:
    """Those whose contact she is, by name; one query."""
    held = Grant.objects.current(at).filter(member=member, right=Grant.Right.ORGANISATION_CONTACT)
    return list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("name", "pk"))


def meaning(state: str, memberships: Sequence[Membership], *, at: datetime, of_others: bool = False) -> list[str]:
    """What bringing memberships into a state would mean, in sentences for the page that asks.

    Args:
        of_others: a coordinator reads it, not the member.
    """
    if state == State.DORMANT:
        return [
            _("Not found in the directory any more, until the membership is active again."),
            _("No letters to the whole community."),
            _("What was registered for stays. Events can be visited as before."),
        ]
    if state == State.ACTIVE:
        return [_("Found in the directory again, if listed there, and gets letters again.")]
    lines = [
        _("Not found in the directory any more, and no letters to the community."),
        *endings.told(memberships, at=at),
        _("Addresses that two people have exchanged stay with them; certificates and past attendance stay."),
    ]
    if of_others:
        return [*lines, _("A mail tells about it. Your own words are not in it.")]
    return [*lines, _("To come back later you apply again.")]


def heading(state: str, membership: Membership, *, of_others: bool = False) -> dict[str, Any]:
    """The question and the button of the page that asks."""
    name = {"community": membership.community.name, "name": membership.member.name}
    if of_others:
        questions = {
            State.DORMANT: _("Let the membership of %(name)s pause?"),
            State.ENDED: _("End the membership of %(name)s?"),
            State.ACTIVE: _("Make the membership of %(name)s active again?"),
        }
    else:
        questions = {
            State.DORMANT: _("Pause your membership of %(community)s?"),
            State.ENDED: _("Leave %(community)s?"),
            State.ACTIVE: _("Come back to %(community)s?"),
        }
    return {"question": questions[State(state)] % name, "button": buttons(of_others=of_others)[state]}


def buttons(*, of_others: bool) -> dict[str, str]:
    """What the button says that brings a membership into each state."""
    if of_others:
        return {
            State.DORMANT.value: _("Let it pause"),
            State.ENDED.value: _("End the membership"),
            State.ACTIVE.value: _("Make it active again"),
        }
    return {State.DORMANT.value: _("Pause"), State.ENDED.value: _("Leave"), State.ACTIVE.value: _("Come back")}
