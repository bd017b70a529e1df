"""Somebody who wrote down her name and her cooperative a second time: two records that wait to be merged."""

from events.models import Event, Registration
from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.forest_allies import load_members
from forestallies.demo.seed.people import Person
from forestallies.demo.seed.places import Entry, register
from members.models import Community, Merged
from members.terms import REQUIRED

ONCE, TWICE = "marta.chicozapote@example.org", "m.chicozapote@example.org"


def load_doubles(community: Community, calendar: Calendar) -> None:
    """Insert her second record, with a place in a workshop where she has one already; unless somebody merged them."""
    if Merged.objects.filter(member__email__in=[ONCE, TWICE]).exists():
        return
    since = calendar.ago(40)
    person = Person(
        name="MARTA CHICOZAPOTE",
        country="GT",
        language="es",
        since=since,
        email=TWICE,
        organisation="COOPERATIVA CEIBA ALTA",
        kind="COMM",
        role="Presidencia",
        agreed=tuple((term, since) for term in REQUIRED),
    )
    [member] = load_members(community, [person])
    hers = Registration.objects.confirmed().filter(member__email=ONCE, event__capacity=None)
    both = hers.filter(event__state=Event.State.SCHEDULED).exclude(event__registrations__member=member)
    place = both.order_by("event__starts_at").first()
    if place and not member.registrations.exists():
        register([Entry(place.event_id, member.pk, calendar.ago(3))])
