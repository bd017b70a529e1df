"""Merging two records of one person, or of one organisation, in one transaction; and trying it out."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit.models import record
from events.actions.merging import events_of
from events.locks import lock_events
from forestallies.merging import emails, fields, policies
from forestallies.merging.engine import Done, Pair, Rule, remove
from forestallies.merging.organisation_rules import ORGANISATION_RULES
from forestallies.merging.person_rules import PERSON_RULES
from forestallies.merging.policies import MergeRefused
from forestallies.merging.topics import TOPICS
from members.models import Member, Merged, Organisation
from notices import outbox

TRIES = 3


@dataclass(frozen=True)
class Line:
    """What happens to the rows of one topic, in numbers; `both` says what becomes of those that both records have."""

    label: str
    done: Done
    both: str


@dataclass(frozen=True)
class Report:
    """What a merge did, topic by topic; without those in which nothing happened."""

    kept: Any
    lines: list[Line]
    signs_in_anew: bool = False


class _Unlocked(Exception):
    """Meanwhile somebody registered for an event that is not locked."""


class _TriedOut(Exception):
    def __init__(self, report: Report) -> None:
        self.report = report


def merge_people(*, kept_id: int, other_id: int, chosen: Mapping[str, str], by: Member, at: datetime) -> Report:
    """Make one record of two of the same person. Everything that points to the other one points to the kept one then.

    Args:
        chosen: by field, whose value stays: `kept` or `other`; what is not named follows `fields.usual`.

    Raises:
        MergeRefused: with a sentence for the reader.
        OperationalError: a lock was not free in time; the middleware answers "busy, try again".
    """
    for _number in range(TRIES):
        with suppress(_Unlocked), transaction.atomic():
            kept, other = _lock_people(kept_id, other_id)
            policies.check_can_merge_people(kept, other, by=by, at=at)
            return _merge_people(Pair(kept, other, by, at), chosen)
    raise MergeRefused(_("One of these people is registering right now. Please try again in a moment."))


@transaction.atomic
def merge_organisations(*, kept_id: int, other_id: int, chosen: Mapping[str, str], by: Member, at: datetime) -> Report:
    """Make one record of two of the same organisation; see `merge_people`.

    Raises:
        MergeRefused: with a sentence for the reader.
    """
    kept, other = _both(Organisation.objects.select_for_update(), Merged.Of.ORGANISATION, kept_id, other_id)
    policies.check_can_merge_organisations(kept, other, by=by, at=at)
    pair = Pair(kept, other, by, at)
    taken = fields.take_over(kept, other, chosen)
    done = _follow(ORGANISATION_RULES, pair)
    Merged.objects.create(of=Merged.Of.ORGANISATION, former_id=other.pk, organisation=kept, by=by, at=at)
    _write_down(pair, "organisation", taken, done)
    remove(other)
    kept.save(update_fields=taken)
    connection.check_constraints()
    return Report(kept, _lines(done))


def try_out(merge: Any, **arguments: Any) -> Report:
    """Do one of the two above and take it back, to say what it would do.

    Raises:
        MergeRefused: it would be refused.
    """
    try:
        with transaction.atomic():
            raise _TriedOut(merge(**arguments))  # noqa: TRY301 (what takes it back is that it is raised)
    except _TriedOut as tried:
        return tried.report


def _lock_people(kept_id: int, other_id: int) -> tuple[Member, Member]:
    """Lock the events of two people, then the two, each by ascending id: the order of the seat service.

    A person's row is locked as a whole. Whoever writes something that points to her has to wait (the seat service asks
    at once, a foreign key at the end of its transaction), and finds then that she is there no more.

    Raises:
        MergeRefused: one of them is there no more.
        _Unlocked: somebody was quicker in registering; the locks end with the transaction, to be taken anew.
    """
    locked = lock_events(events_of(Member(pk=kept_id), Member(pk=other_id)))
    kept, other = _both(Member.objects.select_for_update(), Merged.Of.PERSON, kept_id, other_id)
    if events_of(kept, other) - set(locked):
        raise _Unlocked
    return kept, other


def _both(rows: Any, of: str, kept_id: int, other_id: int) -> tuple[Any, Any]:
    found = {row.pk: row for row in rows.filter(pk__in=[kept_id, other_id]).order_by("pk")}
    if not {kept_id, other_id} <= set(found):
        if Merged.objects.filter(of=of, former_id__in=[kept_id, other_id]).exists():
            raise MergeRefused(_("One of these two was merged with another record already."))
        raise MergeRefused(_("One of these two is not known here."))
    return found[kept_id], found[other_id]


def _merge_people(pair: Pair, chosen: Mapping[str, str]) -> Report:
    kept, other = pair.kept, pair.other
    addresses = [one.email for one in (kept, other) if one.email]
    taken = fields.take_over(kept, other, chosen)
    comes_over = _take_sign_in(pair) if not kept.email and other.email else []
    done = _follow(PERSON_RULES, pair)
    Merged.objects.create(of=Merged.Of.PERSON, former_id=other.pk, member=kept, by=pair.by, at=pair.at)
    _write_down(pair, "member", [*taken, *comes_over], done)
    remove(other)
    kept.last_login = max(filter(None, (kept.last_login, other.last_login)), default=None)
    kept.save(update_fields=[*taken, *comes_over, "last_login"])
    outbox.post_many_once(emails.records_merged(kept, other=other.pk, addresses=addresses, by=pair.by), at=pair.at)
    connection.check_constraints()  # now, not when all is over: what was forgotten is found by the trial already
    return Report(kept, _lines(done), signs_in_anew=bool(comes_over))


def _take_sign_in(pair: Pair) -> list[str]:
    """Who had no address gets the other's, with its password, codes and passkeys: they are one thing."""
    kept, other = pair.kept, pair.other
    kept.email, kept.password = other.email, other.password
    other.email = None
    other.save(update_fields=["email"])
    EmailAddress.objects.filter(user=kept).delete()
    EmailAddress.objects.filter(user=other).update(user=kept)
    Authenticator.objects.filter(user=kept).delete()
    Authenticator.objects.filter(user=other).update(user=kept)
    return ["email", "password"]


def _follow(rules: Iterable[Rule], pair: Pair) -> list[tuple[Rule, Done]]:
    return [(rule, rule.act(pair, rule.relation)) for rule in rules]


def _write_down(pair: Pair, noun: str, taken: list[str], done: list[tuple[Rule, Done]]) -> None:
    """Numbers and names of fields only, at both: so that the history of either finds the other."""
    counts = {rule.relation.name: [one.moved, one.united, one.gone] for rule, one in done if one}
    record(
        verb=f"{noun}.merged", subject=pair.kept, by=pair.by, at=pair.at, other=pair.other.pk, fields=taken, rows=counts
    )
    # With the moment the row was made: the ledger of erasures knows a row of a backup by it.
    made = pair.other.created_at.isoformat()
    record(verb=f"{noun}.merged_away", subject=pair.other, by=pair.by, at=pair.at, into=pair.kept.pk, made=made)


def _lines(done: list[tuple[Rule, Done]]) -> list[Line]:
    sums: dict[str, Done] = {}
    for rule, one in done:
        sums[rule.topic] = sums.get(rule.topic, Done()) + one
    return [
        Line(str(label), sums[topic], str(both) if sums[topic].united or sums[topic].gone else "")
        for topic, (label, both) in TOPICS.items()
        if sums.get(topic)
    ]
