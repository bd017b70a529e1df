"""People and organisations, whatever they take part in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password

from forestallies.demo.accounts import ACCOUNTS, PASSWORD
from forestallies.demo.seed.about import age_band, gender
from forestallies.demo.seed.rows import address, demo_name, find_or_insert, insert_missing
from forestallies.lib import zones
from members.models import Affiliation, CircleMember, Consent, Member, Organisation
from members.models.circles import Circle
from members.terms import FIRST_VERSION

NO_PASSWORD = f"{UNUSABLE_PASSWORD_PREFIX}demo"
# A fixed salt makes the same rows in every database; the password itself is printed when the demo starts.
SALT = "demo-people-are-invented"


@dataclass(frozen=True)
class Person:
    """A fictional person as the files tell of her.

    Attributes:
        since: when she was first known; everything she holds begins then.
        organisation: its name without "(demo)"; empty for none.
        kind: of the organisation, a code of `Organisation.Kind`.
        zone: empty means the first zone of her country.
        agreed: the terms she agreed to, and when.
        category: code of the stakeholders she speaks for in the exchange programme.
        at_organisation_since: when she came to her organisation; None: when she was first known.
    """

    name: str
    country: str
    language: str
    since: datetime
    organisation: str = ""
    kind: str = ""
    role: str = ""
    zone: str = ""
    email: str = ""
    agreed: tuple[tuple[str, datetime], ...] = field(default=())
    category: str = ""
    at_organisation_since: datetime | None = None

    @property
    def address(self) -> str:
        return self.email or address(self.name)

    def row(self) -> Member:
        return Member(
            email=self.address,
            name=self.name,
            gender=gender(self.name, self.address),
            age_band=age_band(self.address),
            country=self.country,
            zone=self.zone or zones.zones_of(self.country)[0],
            language=self.language,
            password=NO_PASSWORD,
            is_demo=True,
        )


def load_people(people: Sequence[Person]) -> list[Member]:
    """Insert people with their organisations, their places in them and what they agreed to, in six statements.

    Returns:
        Their rows, in the given order.
    """
    organisations = load_organisations(people)
    rows, made = insert_missing([person.row() for person in people], by="email")
    new = {row.email: row for row in made}
    newcomers = [(person, new[person.address]) for person in people if person.address in new]
    Affiliation.objects.bulk_create(
        Affiliation(
            member=member,
            organisation=organisations[demo_name(person.organisation)],
            role=person.role,
            starts_on=(person.at_organisation_since or person.since).date(),
        )
        for person, member in newcomers
        if person.organisation
    )
    Consent.objects.bulk_create(
        Consent(member=member, term=term, version=FIRST_VERSION, language=person.language, given_at=given_at)
        for person, member in newcomers
        for term, given_at in person.agreed
    )
    return rows


def load_organisations(people: Iterable[Person]) -> dict[str, Organisation]:
    """Insert the organisations of these people; give them by full name."""
    unsaved = {
        demo_name(one.organisation): Organisation(
            name=demo_name(one.organisation), kind=one.kind, country=one.country, is_demo=True
        )
        for one in people
        if one.organisation
    }
    if not unsaved:
        return {}
    rows, _made = insert_missing(list(unsaved.values()), by="name")
    return {row.name: row for row in rows}


def join_circle(circle: Circle, members: Sequence[Member], since: Callable[[Member], datetime]) -> None:
    """Let people belong to a circle, but for those who do or ever did."""
    known = set(circle.belongings.filter(member__in=members).values_list("member", flat=True))
    CircleMember.objects.bulk_create(
        CircleMember(circle=circle, member=member, joined_at=since(member))
        for member in members
        if member.pk not in known
    )


def open_accounts() -> None:
    """Let the demo accounts sign in: a verified address each, and the one password, which is hashed once.

    The password is known to everybody, so it is set only where the demo is on or the services are embedded ones.
    """
    admin = next(account for account in ACCOUNTS if account.key == "admin")
    superuser = Member(
        email=admin.email,
        name=admin.name,
        country="FR",
        zone="Europe/Paris",
        password=NO_PASSWORD,
        is_superuser=True,
        is_demo=True,
    )
    find_or_insert(superuser, by="email")
    members = Member.objects.filter(email__in=[account.email for account in ACCOUNTS], is_demo=True).order_by("pk")
    insert_missing(
        [EmailAddress(user=member, email=member.email, verified=True, primary=True) for member in members], by="email"
    )
    closed = members.filter(password=NO_PASSWORD)
    if (settings.DEMO or settings.EMBEDDED) and closed.exists():
        closed.update(password=make_password(PASSWORD, salt=SALT))
