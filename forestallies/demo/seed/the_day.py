"""The day of a session: how people get in, the run of show, rooms, materials, questions to speakers and feedback."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import typst

from events.feedback import seal
from events.models import (
    AttendanceEvidence,
    Event,
    Feedback,
    FeedbackReceipt,
    Material,
    MaterialFile,
    Role,
    Room,
    RoomNote,
    RoomPlace,
    Segment,
    Source,
    SpeakerQuestion,
    SpeakerQuestionVote,
)
from forestallies.demo.seed.dates import morning_after
from forestallies.demo.seed.people import Person, load_people
from forestallies.demo.seed.rows import chance, fixed_uuid, read, translated
from forestallies.demo.seed.sske import REHEARSED_BEFORE, Group, asked_at
from members.models import Member
from programs.models import Session

SLIDE = b"""#set document(date: none)
#set page(paper: "presentation-16-9")
#align(center + horizon, text(28pt, sys.inputs.title))
"""
ASKED_BEFORE = timedelta(days=20)  # the session they are for
NOTED_BEFORE = timedelta(days=138)  # the session whose room it is, in a demo that is looked at long before


def prepare(made: Sequence[Session], core: Group, *, by: Member) -> None:
    """Give the new sessions of the running edition all that belongs to their day."""
    by_number = {session.number: session for session in made}
    words = read("the_day")
    _say_how_to_join(made, words["joining"])
    if session := by_number.get(words["speaker"]["session"]):
        _ask_speaker(session, words["speaker"], by=by)
    if session := by_number.get(words["run_of_show"]["session"]):
        _write_run_of_show(session, words["run_of_show"]["segment"])
        _ask(session, words["question"], core)
    if session := by_number.get(words["rooms"]["session"]):
        _open_rooms(session, words["rooms"]["room"], core)
        _note(session, words["rooms"]["note"], core)
    if session := by_number.get(words["coming_in"]["session"]):
        _come_in(session, words["coming_in"], core)
    _post_materials(by_number, words["materials"], by=by)
    _answer_feedback(by_number, words["feedback"], core)


def _say_how_to_join(made: Sequence[Session], words: dict[str, str]) -> None:
    events = {event.pk: event for event in Event.objects.filter(pk__in=[session.pk for session in made])}
    for session in made:
        for name, text in words.items():
            setattr(events[session.pk], name, text.format(number=session.number))
    if events:
        Event.objects.bulk_update(events.values(), list(words))


def _ask_speaker(session: Session, words: dict[str, Any], *, by: Member) -> None:
    """Invite somebody from outside, who has not answered yet."""
    asked = asked_at(session, words["asked_days_before"])
    person = Person(name=words["name"], country=words["country"], language=words["language"], since=asked)
    [guest] = load_people([person])
    session.roles.create(
        member=guest,
        kind=Role.Kind.SPEAKER,
        expectation=words["expectation"],
        rehearsal_at=session.starts_at - REHEARSED_BEFORE,
        invited_at=asked,
        invited_by=by,
    )


def _write_run_of_show(session: Session, segments: Sequence[dict[str, Any]]) -> None:
    leads = {role.kind: role for role in session.roles.standing().order_by("-id")}
    Segment.objects.bulk_create(
        Segment(
            event_id=session.pk,
            position=position,
            minutes=one["minutes"],
            lead=leads.get(one.get("lead", "")),
            lead_words=one.get("words", ""),
            has_channel=one.get("has_channel", True),
            is_public=one.get("is_public", True),
            note=one.get("note", ""),
            **translated("title", one["title"]),
        )
        for position, one in enumerate(segments)
    )


def _open_rooms(session: Session, rooms: Sequence[dict[str, Any]], core: Group) -> None:
    """Two rooms, each with its link, its language, its hosts among the co-facilitators, and its people."""
    helping = session.roles.standing().filter(kind=Role.Kind.CO_FACILITATOR).select_related("member")
    placed_at = morning_after(session.wall_date) - timedelta(days=10)
    for position, one in enumerate(rooms):
        room = Room.objects.create(
            event_id=session.pk,
            position=position,
            language=one["language"],
            join_url=f"https://meet.example.org/{session.slug}-room-{position + 1}",
            **translated("name", one["name"]),
        )
        room.hosts.set(role for role in helping if role.member.country in one["countries"])
        RoomPlace.objects.bulk_create(
            RoomPlace(room=room, event_id=session.pk, member=member, placed_at=placed_at)
            for member in core.members
            if member.country in one["countries"]
        )


def _note(session: Session, words: dict[str, Any], core: Group) -> None:
    author = next(member for member in core.members if member.email == words["email"])
    RoomNote.objects.create(
        event_id=session.pk,
        room=session.rooms.get(position=words["room"]),
        author=author,
        words=words["words"].strip(),
        version=1,
        updated_at=morning_after(session.wall_date) - NOTED_BEFORE,
    )


def _come_in(session: Session, words: dict[str, Any], core: Group) -> None:
    """Write down who pressed Join and who typed the code; the facilitator has not marked anybody yet."""
    by_address = {member.email: member for member in core.members}
    AttendanceEvidence.objects.bulk_create(
        AttendanceEvidence(
            event_id=session.pk,
            member=by_address[one["email"]],
            source=source,
            people=one.get("people", 1),
            joined_at=(seen_at := session.starts_at + timedelta(minutes=one["minute"])),
            created_at=seen_at,
        )
        for source, found in ((Source.JOIN_CLICK, words["clicks"]), (Source.CODE, words["codes"]))
        for one in found
    )


def _post_materials(by_number: dict[int, Session], words: dict[str, Any], *, by: Member) -> None:
    rows = []
    for number, session in by_number.items():
        if session.state == Event.State.CLOSED:
            languages = ["en", "es", "fr", *(["pt-br"] if number in words["portuguese"] else [])]
            titles = {language: words["title"][language].format(number=number) for language in languages}
            rows += [_material(session, title, language, for_team=False) for language, title in titles.items()]
    for one in words["terms"]:
        if meant := by_number.get(one["session"]):
            rows.append(_material(meant, one["title"], one["language"], for_team=True))
    for material, _content in rows:
        material.posted_by = by
    Material.objects.bulk_create(material for material, _content in rows)
    MaterialFile.objects.bulk_create(MaterialFile(material=material, content=content) for material, content in rows)


def _material(session: Session, title: str, language: str, *, for_team: bool) -> tuple[Material, bytes]:
    """Slides that everybody reads, or terms for those who have a role."""
    content = _slide(title)
    kind = Material.Kind.TERMS if for_team else Material.Kind.SLIDES
    posted_at = morning_after(session.wall_date)
    material = Material(
        event_id=session.pk,
        kind=kind,
        title=title,
        language=language,
        name=f"{session.slug}-{kind}-{language}.pdf",
        content_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        visibility=Material.Visibility.TEAM if for_team else Material.Visibility.AUDIENCE,
        released_at=None if for_team else posted_at,
        created_at=posted_at - timedelta(days=20) if for_team else posted_at,
    )
    return material, content


def _slide(title: str) -> bytes:
    """A PDF of one page that says what it is."""
    return typst.compile(SLIDE, sys_inputs={"title": f"{title} (demo)"})


def _ask(session: Session, questions: Sequence[dict[str, Any]], core: Group) -> None:
    asked_at = morning_after(session.wall_date) - ASKED_BEFORE
    by_address = {member.email: member for member in core.members}
    rows = SpeakerQuestion.objects.bulk_create(
        SpeakerQuestion(event_id=session.pk, member=by_address[one["email"]], words=one["words"], created_at=asked_at)
        for one in questions
    )
    SpeakerQuestionVote.objects.bulk_create(
        SpeakerQuestionVote(question=row, member=voter)
        for row, one in zip(rows, questions, strict=True)
        for voter in _voters(row, one["votes"], core)
    )


def _voters(question: SpeakerQuestion, votes: int, core: Group) -> list[Member]:
    others = [member for member in core.members if member != question.member]
    return chance("votes", question.member.email).sample(others, votes)


def _answer_feedback(by_number: dict[int, Session], words: dict[str, Any], core: Group) -> None:
    """As many answers as the file says, all without names, as most people choose."""
    for number, answers in words["answers"].items():
        if session := by_number.get(int(number)):
            people = chance("feedback", number).sample(list(core.members), answers)
            FeedbackReceipt.objects.bulk_create(FeedbackReceipt(event_id=session.pk, member=one) for one in people)
            Feedback.objects.bulk_create(_feedback(session, answers, words["words"]))


def _feedback(event: Session, answers: int, texts: Sequence[dict[str, str]]) -> Iterator[Feedback]:
    for turn in range(answers):
        luck = chance("answer", event.uid, turn)
        words = texts[turn % len(texts)] if turn < 2 * len(texts) else {}
        row = Feedback(
            id=fixed_uuid(f"feedback:{event.uid}:{turn}"),
            event_id=event.pk,
            usefulness=luck.choice([3, 4, 4, 5, 5]),
            pace=luck.choice([Feedback.Pace.RIGHT] * 4 + [Feedback.Pace.FAST]),
            sound=luck.choice([2, 3, 4, 4, 5]),
            use=luck.choice([Feedback.Use.YES, Feedback.Use.YES, Feedback.Use.PERHAPS]),
            may_quote=turn % 3 == 0,
            **words,
        )
        row.seal = seal(row, counted=True)
        yield row
