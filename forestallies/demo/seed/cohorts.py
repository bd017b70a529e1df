"""The people of the exchange programme: the core group, seat by seat, and those admitted to the wider group."""

from datetime import date

from forestallies.demo.seed.dates import Calendar
from forestallies.demo.seed.people import Person
from forestallies.demo.seed.rows import address, read
from members.models import Consent, Organisation

NOMINATED = date(2026, 8, 17)  # a month before the kick-off
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
            )
    return list(people.values())


def wider_people(core: list[Person], calendar: Calendar) -> list[Person]:
    """Those admitted to the wider group so far, colleagues of the core group, named from the lists in `names.toml`."""
    names = read("names")
    opened = calendar.morning(WIDER_OPENS)
    people = []
    for country, number in WIDER.items():
        hosts = [person for person in core if person.country == country]
        for turn in range(number):
            host = hosts[turn % len(hosts)]
            since = calendar.ago(14 - turn, 37 * turn)
            people.append(
                Person(
                    name=invented_name(names[country], turn),
                    country=country,
                    language=host.language,
                    zone=host.zone,
                    since=max(since, opened),
                    organisation=host.organisation,
                    kind=host.kind,
                    role="",
                    agreed=((Consent.Term.PRIVACY, max(since, opened)),),
                )
            )
    return people


def invented_name(lists: dict[str, list[str]], number: int) -> str:
    """Put a name together; the first hundred numbers give a hundred different names."""
    given, surname = lists["given"], lists["surname"]
    step = number // len(given)
    return f"{given[number % len(given)]} {surname[(number + step) % len(surname)]}"
