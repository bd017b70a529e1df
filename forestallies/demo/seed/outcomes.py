"""Who came to which session of the exchange programme, and who completed it."""

from collections.abc import Sequence

from forestallies.demo.accounts import ACCOUNTS
from forestallies.demo.seed import presence
from forestallies.demo.seed.people import Person
from forestallies.demo.seed.presence import PRESENT_SHARE, Status
from forestallies.demo.seed.rows import chance, read
from forestallies.demo.seed.sske import Group, Words
from members.models import Member
from programs.models import Cohort, Session

# So many sessions and hours complete the programme; here they are fixed, whatever the portal's settings say.
ENOUGH = {Cohort.Kind.CORE: (8, 16.5), Cohort.Kind.WIDER: (3, 5.0)}
FEWEST = {Cohort.Kind.CORE: 3, Cohort.Kind.WIDER: 0}
MISSED = (Status.NO_SHOW, Status.NO_SHOW, Status.NO_SHOW, Status.PARTIAL, Status.PARTIAL, Status.EXCUSED)
MADE_UP = 0.08  # how often somebody who completes the programme made up for one session
LATE_MINUTES = 10  # that a present person may lose at a session's beginning and end
Outcome = dict[int, Status]  # by number of the session


def note_running(made: Sequence[Session], core: Group, *, by: Member) -> None:
    """Note who came to the new sessions of the running edition that are over: as many as the file says."""
    by_number = {session.number: session for session in made}
    presence.note(
        one
        for words in read("sske")["running"]["came"]
        if words["session"] in by_number
        for one in presence.report(by_number[words["session"]], _of_session(words, core.members), by=by)
    )


def _of_session(words: Words, members: Sequence[Member]) -> dict[Member, Status]:
    """Say who was absent, excused and only partly there; the people whom one can sign in as were there."""
    shown = {account.email for account in ACCOUNTS}
    order = presence.shuffled(members, "session", words["session"])
    missing = [one for one in reversed(order) if one.email not in shown]
    away = words["absent"] + words["excused"]
    partly = [one for one in members if one.email == words.get("partly_first")]
    statuses = (
        [Status.NO_SHOW] * words["absent"] + [Status.EXCUSED] * words["excused"] + [Status.PARTIAL] * words["partly"]
    )
    others = [*missing[:away], *partly, *missing[away:]]
    return {**dict.fromkeys(members, Status.ATTENDED), **dict(zip(others, statuses, strict=False))}


def note_completed(made: Sequence[Session], groups: Sequence[Group], *, by: Member) -> None:
    """Note who came to the new sessions of an edition that is over, so that those complete it who are said to."""
    for group in groups:
        sessions = [session for session in made if session.number >= group.cohort.first_session]
        outcomes = {one: _of_member(one, sessions, group) for one in group.members} if sessions else {}
        presence.note(
            one
            for session in sessions
            for one in presence.report(
                session, {member: outcome[session.number] for member, outcome in outcomes.items()}, by=by
            )
        )


def incomplete(people: Sequence[Person], kind: Cohort.Kind) -> set[str]:
    """The addresses of those who came to too few sessions: the last of each country, as many as the file says."""
    missed = read("sske")["completed"]["missed"][kind.value]
    countries = {person.country for person in people}
    of_country = {country: [one.address for one in people if one.country == country] for country in countries}
    return {address for country, number in missed.items() for address in of_country[country][-number:]}


def _of_member(member: Member, sessions: Sequence[Session], group: Group) -> Outcome:
    """Draw one person's sessions until they are enough, or too few, to complete the programme."""
    kind = Cohort.Kind(group.cohort.kind)
    completes = member.pk in group.completed
    needed, hours = ENOUGH[kind]
    fewest, most = (needed, len(sessions)) if completes else (FEWEST[kind], needed - 1)
    for attempt in range(100):
        luck = chance("edition", kind, member.email, attempt)
        came = luck.sample([session.number for session in sessions], luck.randint(fewest, most))
        outcome = {session.number: luck.choice(MISSED) for session in sessions} | dict.fromkeys(came, Status.ATTENDED)
        if completes and luck.random() < MADE_UP:
            outcome[came[0]] = Status.MADE_UP
        if not completes or _least_hours(outcome, sessions) >= hours:
            return outcome
    raise AssertionError(f"no outcome for member {member.pk}")


def _least_hours(outcome: Outcome, sessions: Sequence[Session]) -> float:
    """The hours that somebody was there at least."""
    present = [session.minutes for session in sessions if outcome[session.number] == Status.ATTENDED]
    return sum(PRESENT_SHARE[0] * minutes - LATE_MINUTES for minutes in present) / 60
