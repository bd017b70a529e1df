"""Forest Allies: the community, its members and its queue of applications."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.people import Person, join_circle, load_people
from forestallies.demo.seed.rows import demo_name, find_or_insert, fixed_uuid, insert_missing, read, translated
from forestallies.lib import zones
from members.models import Affiliation, Application, Circle, Community, Member, Membership, Question
from members.terms import REQUIRED


def load_community() -> Community:
    """Insert the community and its circle."""
    words = read("forest_allies")["community"]
    circle = find_or_insert(Circle(kind=Circle.Kind.COMMUNITY, name=words["name"]["en"]), by="name")
    community = Community(
        slug=words["slug"],
        circle=circle,
        **translated("name", words["name"]),
        **translated("purpose", words["purpose"]),
    )
    return find_or_insert(community, by="slug")


def member_people(calendar: Calendar) -> list[Person]:
    """The 45 people of the file. They agreed to the present terms when those were new."""
    entries = [(one, *person) for one in read("members")["organisation"] for person in one["people"]]
    return [
        Person(
            name=name,
            country=one["country"],
            language=language,
            since=calendar.ago(560 - 11 * turn),
            organisation=one["name"],
            kind=one["kind"],
            role=role,
            agreed=tuple((term, calendar.ago(18, 13 * turn)) for term in REQUIRED),
        )
        for turn, (one, name, language, role) in enumerate(entries)
    ]


def joining(person: Person, calendar: Calendar) -> Person:
    """Somebody of the exchange programme who is also a member here."""
    return replace(person, since=calendar.ago(200), agreed=tuple((term, calendar.ago(18)) for term in REQUIRED))


def load_members(community: Community, people: Sequence[Person]) -> list[Member]:
    """Insert people and make members of them; give them in the same order."""
    rows = load_people(people)
    begin_memberships(community, people, rows)
    return rows


def begin_memberships(community: Community, people: Sequence[Person], rows: Sequence[Member]) -> None:
    """Make members of those who never were, each through the organisation that she or he speaks for."""
    known = set(Membership.objects.filter(community=community, member__in=rows).values_list("member", flat=True))
    new = [(person, row) for person, row in zip(people, rows, strict=True) if row.pk not in known]
    places = Affiliation.objects.filter(member__in=[row for _person, row in new], ends_on=None)
    organisations = dict(places.values_list("member", "organisation"))
    Membership.objects.bulk_create(
        Membership(
            member=row,
            community=community,
            organisation_id=organisations[row.pk],
            stakeholder=person.kind,
            joined_at=person.since,
        )
        for person, row in new
    )
    since = {row.pk: person.since for person, row in new}
    join_circle(community.circle, [row for _person, row in new], lambda row: since[row.pk])


def load_applications(community: Community, calendar: Calendar) -> None:
    """Insert the queue. No token leads to these rows: what is stored as its hash is the hash of nothing."""
    entries = read("members")["application"]
    sent = [calendar.ago(one["days_ago"], -41 * turn) for turn, one in enumerate(entries)]
    rows = [_application(community, one, at, calendar) for one, at in zip(entries, sent, strict=True)]
    known, new = insert_missing(rows, by="email")
    fresh = {row.pk for row in new}
    Question.objects.bulk_create(
        Question(application=row, text=one["question"], asked_at=calendar.ago(one["asked_days_ago"]))
        for row, one in zip(known, entries, strict=True)
        if row.pk in fresh and "question" in one
    )


def _application(community: Community, one: dict[str, Any], sent_at: datetime, calendar: Calendar) -> Application:
    person = Person(one["name"], one["country"], one["language"], sent_at)
    return Application(
        community=community,
        state=one["state"],
        name=person.name,
        email=person.address,
        country=person.country,
        zone=zones.zones_of(person.country)[0],
        language=person.language,
        languages=one.get("languages", [person.language.partition("-")[0]]),
        organisation_name=demo_name(one["organisation"]) if one["organisation"] else "",
        stakeholder=one["stakeholder"],
        role=one["role"],
        why=one["why"],
        token_hash=fixed_uuid(person.address).hex * 2,
        submitted_at=person.since,
        decided_at=calendar.ago(one["decided_days_ago"]) if "decided_days_ago" in one else None,
        reason=one.get("reason", ""),
    )
