"""The people of the exchange programme: the core group, seat by seat, and those admitted to the wider group."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.people import Person
from forestallies.demo.seed.rows import address, read
from members.models import Consent, Organisation

NOMINATED = date(2026, 8, 17)  # a month before the kick-off
AT_ORGANISATION = date(2024, 9, 2)  # since when the core group works where it works
SEATS = 7  # in a country's core group
FORMER_CORE, FORMER_WIDER = 20, 30  # where the names of the edition before begin in the lists
WIDER_OPENS = date(2026, 11, 2)
WIDER = {"GH": 9, "CI": 8, "CO": 8, "PE": 8, "BR": 8, "DO": 8}  # 49 admitted people
KINDS = {
    "PUB": Organisation.Kind.PUBLIC,
    "IND": Organisation.Kind.COMPANY,
    "NCO": Organisation.Kind.PUBLIC,
    "COOP": Organisation.Kind.FOREST_COMMUNITY,
    "PROD": Organisation.Kind.FOREST_COMMUNITY,
    "CSO": Organisation.Kind.NGO,
    "CFI": Organisation.Kind.PUBLIC,
    "WB": Organisation.Kind.FUNDER,
    "OTH": Organisation.Kind.FUNDER,
}


def core_people(calendar: Calendar) -> list[Person]:
    """The 42 people of the core group, by country and seat. Of two who share a name the later carries her country."""
    data = read("core_group")
    since = calendar.morning(NOMINATED)
    people: dict[str, Person] = {}
    for country in data["country"]:
        for category, organisation, name, role, *zone in country["seats"]:
            mail = data["addresses"].get(name, address(name))
            if mail in people:
                mail = mail.replace("@", f".{country['code'].lower()}@")
            people[mail] = Person(
                name=name,
                email=mail,
                country=country["code"],
                language=country["language"],
                zone=zone[0] if zone else "",
                since=since,
                organisation=organisation,
                kind=KINDS[category],
                role=role,
                agreed=((Consent.Term.PRIVACY, since),),
                category=category,
                at_organisation_since=calendar.morning(AT_ORGANISATION),
            )
    return list(people.values())


def wider_people(core: list[Person], calendar: Calendar) -> list[Person]:
    """Those admitted to the wider group so far, colleagues of the core group, named from the lists in `names.toml`."""
    opened = calendar.morning(WIDER_OPENS)
    names = read("names")
    return [
        _colleague(host, turn, names=names, since=max(calendar.ago(14 - turn, 37 * turn), opened))
        for country, number in WIDER.items()
        for turn, host in enumerate(_hosts(core, country, number))
    ]


def former_core_people(core: list[Person], calendar: Calendar) -> list[Person]:
    """The core group of the edition before: others from the same 42 seats."""
    since = calendar.morning(read("sske")["completed"]["nominated_on"])
    names = read("names")
    return [
        _colleague(host, FORMER_CORE + turn, names=names, since=since)
        for country in WIDER
        for turn, host in enumerate(_hosts(core, country, SEATS))
    ]


def former_wider_people(core: list[Person], calendar: Calendar) -> list[Person]:
    """The wider group of the edition before. Some of it sit in the core group now; each leads her country's list."""
    words, names = read("sske")["completed"], read("names")
    returning = read("core_group")["returning"]["emails"]
    people = []
    for country, number in words["wider"].items():
        for turn, host in enumerate(_hosts(core, country, number)):
            since = calendar.morning(words["wider_registration_opens_on"] + timedelta(days=3 * turn + 1))
            back = [person for person in core if person.country == country and person.address in returning]
            if turn < len(back):
                people.append(replace(back[turn], since=since))
            else:
                people.append(_colleague(host, FORMER_WIDER + turn, names=names, since=since))
    return people


def _hosts(core: Sequence[Person], country: str, number: int) -> list[Person]:
    """So many people of a country's core group, in turn."""
    hosts = [person for person in core if person.country == country]
    return [hosts[turn % len(hosts)] for turn in range(number)]


def _colleague(host: Person, number: int, *, names: dict[str, dict[str, list[str]]], since: datetime) -> Person:
    """Somebody from the same organisation, named from the lists in `names.toml`."""
    return Person(
        name=invented_name(names[host.country], number),
        country=host.country,
        language=host.language,
        zone=host.zone,
        since=since,
        organisation=host.organisation,
        kind=host.kind,
        agreed=((Consent.Term.PRIVACY, since),),
        category=host.category,
    )


def invented_name(lists: dict[str, list[str]], number: int) -> str:
    """Put a name together; the first hundred numbers give a hundred different names."""
    given, surname = lists["given"], lists["surname"]
    step = number // len(given)
    return f"{given[number % len(given)]} {surname[(number + step) % len(surname)]}"
