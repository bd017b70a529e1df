"""Rules for relations where rows alone do not say what has to happen."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import F, Q

from audit.models import record
from certificates.models import Certificate
from events.actions import merging
from events.attendance import BESIDE
from events.models import AttendanceEvidence, Event, SpeakerQuestionVote, Transition
from events.role_emails import BRIEF_GUARD
from events.telling import MOVED_GUARD
from forestallies.merging.engine import Done, Pair, Relation, absorb, remove
from members.models import Consent, ContactRequest, FormerAddress, Introduction, NotTheSame
from notices.models import Notice

# Where a person's number stands in what a guard is told of a message.
PERSON_IN = {MOVED_GUARD: 1, BRIEF_GUARD: 1, "events.cancelled": 1, "events.registered_with_circle": 0}
STANDING = (ContactRequest.State.ACCEPTED, ContactRequest.State.OPEN)  # the one that went further comes first


def registrations(pair: Pair, relation: Relation) -> Done:
    """Through the seat service; the events are locked already (`merge.locked`), so reading them again is enough."""
    events = Event.objects.in_bulk(list(merging.events_of(pair.kept, pair.other)))
    outcome = merging.merge_registrations(events=events, kept=pair.kept, other=pair.other, by=pair.by, at=pair.at)
    return Done(moved=outcome.moved, united=outcome.united)


def evidence(pair: Pair, relation: Relation) -> Done:
    """One code is typed once by one person; who sat beside her stays beside her."""
    codes = AttendanceEvidence.objects.filter(source="code")
    mine = {row.event_id: row for row in codes.filter(member=pair.kept)}
    united = 0
    for row in codes.filter(member=pair.other, event__in=mine):
        own = mine[row.event_id]
        own.people = max(own.people, row.people)
        own.save(update_fields=["people"])
        absorb(row, own)
        united += 1
    beside = AttendanceEvidence.objects.filter(match=f"{BESIDE}{pair.other.pk}")
    beside.update(match=f"{BESIDE}{pair.kept.pk}")
    return Done(moved=relation.of(pair.other).update(member=pair.kept), united=united)


def votes(pair: Pair, relation: Relation) -> Done:
    """One vote each; a vote for what is now one's own question goes."""
    mine = SpeakerQuestionVote.objects.filter(member=pair.kept).values("question")
    twice = SpeakerQuestionVote.objects.filter(member=pair.other, question__in=mine)
    united, _ = twice.delete()
    moved = relation.of(pair.other).update(member=pair.kept)
    gone, _ = SpeakerQuestionVote.objects.filter(
        member=pair.kept, question__member__in=[pair.kept, pair.other]
    ).delete()
    return Done(moved=moved, united=united, gone=gone)


def certificates(pair: Pair, relation: Relation) -> Done:
    """All stay valid and change hands. What it is for names the person: so that no second one is issued for it."""
    rows = list(Certificate.objects.filter(holder=pair.other.pk))
    ending, wanted = f":member:{pair.other.pk}", f":member:{pair.kept.pk}"
    for row in rows:
        key = row.key.removesuffix(ending) + wanted if row.key.endswith(ending) else row.key
        is_taken = row.is_valid and Certificate.objects.valid().filter(key=key).exists()
        row.key, row.holder_id = row.key if is_taken else key, pair.kept.pk
        row.save(update_fields=["key", "holder"])
    return Done(moved=len(rows))


def contacts(pair: Pair, relation: Relation) -> Done:
    """Requests between the two go; of two with one other person the one that went further stays, the other ends."""
    between = ContactRequest.objects.between(pair.kept, pair.other)
    gone = [row.pk for row in between]
    if gone:
        record(
            verb="contact_request.removed_in_merge", subject=pair.kept, by=pair.by, at=pair.at, requests=sorted(gone)
        )
        between.delete()
    far = "asked" if relation.field == "asker" else "asker"
    standing = ContactRequest.objects.filter(state__in=STANDING)
    mine = {getattr(row, f"{far}_id"): row for row in standing.filter(**{relation.field: pair.kept})}
    united = 0
    for row in standing.filter(**{relation.field: pair.other}):
        own = mine.get(getattr(row, f"{far}_id"))
        if own is not None:
            _end(max(row, own, key=lambda one: STANDING.index(ContactRequest.State(one.state))), pair)
            united += 1
    return Done(moved=relation.of(pair.other).update(**{relation.field: pair.kept}), united=united, gone=len(gone))


def _end(row: ContactRequest, pair: Pair) -> None:
    is_open = row.state == ContactRequest.State.OPEN
    row.state = ContactRequest.State.WITHDRAWN if is_open else ContactRequest.State.ENDED
    row.closed_at = pair.at if is_open else row.closed_at
    row.save(update_fields=["state", "closed_at"])


def listings(pair: Pair, relation: Relation) -> Done:
    """All stay; nobody is introduced to herself."""
    two = [pair.kept, pair.other]
    between = Introduction.objects.filter(need__member__in=two, offer__member__in=two)
    ids = sorted(between.exclude(need__member=F("offer__member")).values_list("pk", flat=True))
    if ids:
        record(verb="introduction.removed_in_merge", subject=pair.kept, by=pair.by, at=pair.at, introductions=ids)
        Introduction.objects.filter(pk__in=ids).delete()  # a partnership that came of one stays, without its origin
    return Done(moved=relation.of(pair.other).update(member=pair.kept), united=len(ids))


def consents(pair: Pair, relation: Relation) -> Done:
    """The log stays whole: of two that stand the earlier one counts, and what she took back later is taken back."""
    united = 0
    for row in Consent.objects.filter(member__in=[pair.kept, pair.other], withdrawn_at=None).order_by("pk"):
        taken_back = Consent.objects.filter(
            member__in=[pair.kept, pair.other], term=row.term, version=row.version, withdrawn_at__gt=row.given_at
        )
        last = taken_back.order_by("-withdrawn_at").first()
        if last:
            row.withdrawn_at = last.withdrawn_at
            row.save(update_fields=["withdrawn_at"])
    mine = {(one.term, one.version): one for one in Consent.objects.filter(member=pair.kept, withdrawn_at=None)}
    for row in Consent.objects.filter(member=pair.other, withdrawn_at=None):
        own = mine.get((row.term, row.version))
        if own is not None:
            remove(own if row.given_at < own.given_at else row)  # a consent is never changed
            united += 1
    return Done(moved=relation.of(pair.other).update(member=pair.kept), united=united)


def told_apart(pair: Pair, relation: Relation) -> Done:
    """What was said of either holds of both, but for her own application."""
    mine = NotTheSame.objects.filter(member=pair.kept).values("application")
    gone, _ = NotTheSame.objects.filter(
        Q(application__in=mine) | Q(application__member__in=[pair.kept, pair.other]), member=pair.other
    ).delete()
    moved = relation.of(pair.other).update(member=pair.kept)
    return Done(moved=moved, united=gone)


def messages(pair: Pair, relation: Relation) -> Done:
    """The ledger changes hands. What still waits goes to the kept address; what would sign the other in does not go."""
    waiting = Notice.objects.filter(recipient=pair.other, state__in=[Notice.State.QUEUED, Notice.State.RETRY])
    waiting.filter(Q(sensitive=True) | Q(priority=Notice.Priority.SIGN_IN)).update(
        state=Notice.State.CANCELLED, finished_at=pair.at, problem="merged"
    )
    if pair.kept.email:
        waiting.update(address=pair.kept.email)
    for notice in waiting.filter(guard__in=PERSON_IN):
        parts = notice.subject_ref.split(":")
        if parts[PERSON_IN[notice.guard]] == str(pair.other.pk):
            parts[PERSON_IN[notice.guard]] = str(pair.kept.pk)
            notice.subject_ref = ":".join(parts)
            notice.save(update_fields=["subject_ref"])
    for notice in Notice.objects.filter(recipient=pair.other, facts__isnull=False):
        _rewrite(notice, pair)
    return Done(moved=relation.of(pair.other).update(recipient=pair.kept))


def _rewrite(notice: Notice, pair: Pair) -> None:
    """What a message is drawn from names the person, and registrations that may have become part of others."""
    facts = dict(notice.facts or {})
    if facts.get("member") == pair.other.pk:
        facts["member"] = pair.kept.pk
    now = dict(
        Transition.objects.filter(merged_from__in=_registrations(facts)).values_list("merged_from", "registration")
    )
    if "registration" in facts:
        facts["registration"] = now.get(facts["registration"], facts["registration"])
    if "registrations" in facts:
        facts["registrations"] = [now.get(pk, pk) for pk in facts["registrations"]]
    key = notice.key
    if notice.kind == "staff_brief":
        key = key.replace(f":{pair.other.pk}:", f":{pair.kept.pk}:")  # so that she is not briefed a second time
        key = notice.key if Notice.objects.filter(key=key).exists() else key
    if (facts, key) != (notice.facts, notice.key):
        notice.facts, notice.key = facts, key
        notice.save(update_fields=["facts", "key"])


def _registrations(facts: dict[str, Any]) -> list[int]:
    return [*([facts["registration"]] if "registration" in facts else []), *facts.get("registrations", [])]


def addresses(pair: Pair, relation: Relation) -> Done:
    """The kept record signs in as before. A proved address of the other opens it as well, one that was not proved
    only lets her be recognised. Where the kept record has none, that of the other comes whole."""
    known = {pair.other.email, *relation.of(pair.other).values_list("email", flat=True)} - {None, pair.kept.email}
    for address in sorted(known):
        FormerAddress.objects.update_or_create(
            address=address.lower(), defaults={"member": pair.kept, "since": pair.at}
        )
    hers = set(EmailAddress.objects.filter(user=pair.kept).values_list("email", flat=True))
    proved = EmailAddress.objects.filter(user=pair.other, verified=True).exclude(email__in=hers)
    moved = proved.update(user=pair.kept, primary=False)
    gone, _ = EmailAddress.objects.filter(user=pair.other).delete()
    return Done(moved=moved, gone=1 if gone else 0)


def factors(pair: Pair, relation: Relation) -> Done:
    """Codes and passkeys belong to the sign-in that ends."""
    gone, _ = Authenticator.objects.filter(user=pair.other).delete()
    return Done(gone=gone)
