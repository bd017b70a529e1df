"""Where a person's rows are: for each table the way from a row to her. `fields.toml` says what becomes of them.

The check of `forestallies.privacy.checks` fails for a table that points to people, or holds something about them, and
is not here.
"""

import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from typing import Any, Self

from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db.models import Model, Q, QuerySet

from members.models import AddressChange, Application, FormerAddress, Member, Merged
from notices.models import Notice

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Person:
    """Whom we look for: her id, her name, and the addresses that are or were hers and nobody else's now.

    An address that she only typed, to change hers, is not hers: rows that name nobody else would be handed to her.
    """

    pk: int
    name: str
    addresses: frozenset[str]

    @classmethod
    def of(cls, member: Member) -> Self:
        found = {member.email or ""}
        found |= set(EmailAddress.objects.filter(user=member, verified=True).values_list("email", flat=True))
        found |= set(Application.objects.filter(member=member).values_list("email", flat=True))
        mails = Notice.objects.filter(recipient=member).exclude(priority=Notice.Priority.SIGN_IN)
        found |= set(mails.values_list("address", flat=True).distinct())
        found |= set(FormerAddress.objects.filter(member=member).values_list("address", flat=True))
        found |= set(AddressChange.objects.filter(member=member).values_list("old_address", flat=True))
        lowered = {address.strip().lower() for address in found} - {""}
        others = Member.objects.filter(email__in=lowered).exclude(pk=member.pk).values_list("email", flat=True)
        return cls(member.pk, "" if member.erased_at else member.name, frozenset(lowered - set(others)))

    @property
    def words(self) -> list[str]:
        """By what other people's words name her: addresses, and a name of two words or more.

        A name of one word is not looked for: it would hit everybody who bears it.
        """
        named = [self.name] if len(self.name.split()) > 1 else []
        return [*sorted(self.addresses), *named]


def in_words(field: str, word: str) -> Q:
    """The rows in which a name or address stands in a field as a whole, and not as a part of a longer one."""
    return Q(**{f"{field}__icontains": word}) & Q(**{f"{field}__iregex": whole(word)})


def whole(word: str) -> str:
    """The expression, for the database, of a word as a whole; in JSON a line break is a stroke and a letter."""
    before, after = (r"\w.+%-", r"(?![\w-]|\.\w)") if "@" in word else (r"\w", r"(?!\w)")
    return rf"(^|[^{before}]|\\[nrt]){re.escape(word)}{after}"


@dataclass(frozen=True)
class Find:
    """How a table's rows lead to a person.

    Attributes:
        paths: lookups that end at a member; any of them will do.
        addresses: lookups of addresses, for rows that name nobody by `paths`.
        also: finds more rows where lookups do not reach; gives the condition.
    """

    paths: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    also: Callable[[Person], Q] | None = None

    def about(self, person: Person) -> Q:
        found = Q(pk__in=[])
        for path in self.paths:
            found |= Q(**{path: person.pk})
        unnamed = Q(**{f"{path}__isnull": True for path in self.paths})
        for path in self.addresses:
            for address in sorted(person.addresses):
                found |= unnamed & Q(**{f"{path}__iexact": address})
        return found | self.also(person) if self.also else found


def _sessions(person: Person) -> Q:
    """Sessions in which she is signed in, or in which something waits that she typed."""
    mine = []
    for session in Session.objects.iterator(chunk_size=500):
        data = session.get_decoded()
        if data.get("_auth_user_id") == str(person.pk) or (data.get("_kept_words") or {}).get("owner") == person.pk:
            mine.append(session.pk)
    return Q(pk__in=mine)


def _history(person: Person) -> Q:
    """What she did, and what was done with her: the audit has ids in the place of foreign keys."""
    ids = [person.pk, *Merged.objects.filter(member=person.pk).values_list("former_id", flat=True)]
    return Q(actor_id__in=ids) | Q(subject_type=Member._meta.label_lower, subject_id__in=ids)


def _import_rows(person: Person) -> Q:
    """Lines of lists with an address of hers, whoever they were taken for. A name may be somebody else's, too."""
    found = Q(pk__in=[])
    for address in sorted(person.addresses):
        found |= in_words("cells", address) | in_words("values", address)
    return found


def _admin_history(person: Person) -> Q:
    return Q(content_type__app_label="members", content_type__model="member", object_id=str(person.pk))


_MEMBER = Find(("member",))

FINDS: dict[str, Find] = {
    "members.member": Find(("pk",)),
    "members.signininvitation": _MEMBER,
    "members.directoryentry": _MEMBER,
    "members.directoryentry_themes": Find(("directoryentry__member",)),
    "members.listing": _MEMBER,
    "members.introduction": Find(("need__member", "offer__member")),
    "members.partnership": Find(
        ("recorded_by", "introduction__need__member", "introduction__offer__member"),
    ),
    "members.contactrequest": Find(("asker", "asked")),
    "members.circlemember": _MEMBER,
    "members.affiliation": _MEMBER,
    "members.membership": _MEMBER,
    "members.consent": _MEMBER,
    "members.membershipstep": Find(("membership__member",)),
    "members.termanswer": _MEMBER,
    "members.confidence": _MEMBER,
    "members.opensession": _MEMBER,
    "members.addresschange": _MEMBER,
    "members.formeraddress": _MEMBER,
    "members.concern": Find(("reporter",), addresses=("email",)),
    "members.importrow": Find(("person",), addresses=("key",), also=_import_rows),
    "members.application": Find(("member",), addresses=("email",)),
    "members.question": Find(("application__member",), addresses=("application__email",)),
    "members.applicationdraft": Find(addresses=("email",)),
    "members.notthesame": _MEMBER,
    "members.grant": _MEMBER,
    "members.dataexport": _MEMBER,
    "members.erasurerequest": _MEMBER,
    "events.registration": _MEMBER,
    "events.transition": Find(("registration__member",)),
    "events.answer": Find(("registration__member",)),
    "events.attendance": _MEMBER,
    "events.dispute": Find(("attendance__member",)),
    "events.attendanceevidence": Find(("member",), addresses=("raw_address",)),
    "events.role": _MEMBER,
    "events.roomplace": _MEMBER,
    "events.roomnote": Find(("author",)),
    "events.speakerquestion": _MEMBER,
    "events.speakerquestionvote": _MEMBER,
    "events.feedback": _MEMBER,
    "events.feedbacktopic": Find(("feedback__member",)),
    "events.feedbackreceipt": _MEMBER,
    "events.calendarfeed": _MEMBER,
    "workshops.appearance": _MEMBER,
    "workshops.groupnote": Find(("author",)),
    "programs.enrolment": _MEMBER,
    "certificates.certificate": Find(("holder",)),
    "certificates.document": Find(("certificate__holder",)),
    "notices.notice": Find(("recipient",), addresses=("address",)),
    "notices.preference": _MEMBER,
    "notices.refusedaddress": Find(("member",), addresses=("address",)),
    "jobs.job": Find(("created_by",)),
    "jobs.submission": Find(("actor",)),
    "audit.entry": Find(also=_history),
    "admin.logentry": Find(("user",), also=_admin_history),
    "account.emailaddress": Find(("user",)),
    "account.emailconfirmation": Find(("email_address__user",)),
    "mfa.authenticator": Find(("user",)),
    "sessions.session": Find(also=_sessions),
}

# Other people's rows whose words may name her: where they do, what `fields.toml` says of the table is done to them too.
# (Fields with the rule "redact" need no line: they are searched anyway.)
NAMING: dict[str, tuple[str, ...]] = {
    "events.event": ("urgent_contact",),
    "events.attendanceevidence": ("raw_name", "raw_address"),
    "notices.notice": ("subject", "text", "html", "problem"),
    "admin.logentry": ("object_repr", "change_message"),
}


def own_rows(person: Person, *, without: Container[str] = ()) -> Iterator[tuple[str, Rows]]:
    """Yield each table that may hold something about a person, with the rows that are hers."""
    for label, find in FINDS.items():
        if label not in without:
            yield label, _all(label).filter(find.about(person))


def naming(label: str, fields: tuple[str, ...], person: Person) -> Rows:
    """The rows of a table that name a person in one of these fields."""
    found = Q(pk__in=[])
    for field in fields:
        for words in person.words:
            found |= in_words(field, words)
    return _all(label).filter(found)


def _all(label: str) -> Rows:
    model: type[Model] = apps.get_model(label)
    return model._meta.base_manager.all().order_by("pk")
