"""What belongs to the day of a session in the demo."""

from collections import Counter
from datetime import timedelta

from django.db.models import Count, Sum

from events.models import (
    AttendanceEvidence,
    Event,
    Feedback,
    FeedbackReceipt,
    Material,
    Role,
    Room,
    RoomNote,
    RoomPlace,
    Segment,
    SpeakerQuestion,
)


def session(number: int) -> Event:
    return Event.objects.get(slug=f"sske-2026-27-session-{number}")


def test_run_of_show_of_the_next_session_fills_its_time(demo):
    rows = Segment.objects.filter(event=session(4))
    assert rows.aggregate(Sum("minutes"))["minutes__sum"] == session(4).minutes - 5
    assert list(rows.values_list("position", flat=True)) == list(range(7))
    assert rows.filter(has_channel=False).count() == 2
    assert rows.public().count() == 6


def test_session_eight_has_two_rooms_with_everybody_in_one(demo):
    rooms = Room.objects.filter(event=session(8)).annotate(people=Count("places"))
    assert [(room.name_en, room.language, room.people) for room in rooms] == [
        ("Africa", "fr", 14), ("Latin America and the Caribbean", "es", 28),
    ]  # fmt: skip
    assert RoomPlace.objects.count() == 42


def test_slides_are_there_in_three_languages_and_portuguese_for_some(demo):
    slides = Material.objects.filter(kind=Material.Kind.SLIDES)
    assert Counter(slides.values_list("language", flat=True)) == {"en": 3, "es": 3, "fr": 3, "pt-br": 2}
    assert Material.objects.filter(kind=Material.Kind.TERMS, visibility="team").count() == 2
    for material in Material.objects.select_related("file"):
        assert bytes(material.file.content[:5]) == b"%PDF-"


def test_questions_have_their_votes_and_nobody_votes_for_her_own(demo):
    questions = SpeakerQuestion.objects.annotate(number=Count("votes")).order_by("-number")
    assert [question.number for question in questions] == [9, 6, 4]
    assert not [one for one in questions if one.votes.filter(member=one.member).exists()]


def test_feedback_is_as_much_as_the_table_says_and_nobodys(demo):
    counted = [Feedback.objects.filter(event=session(number)).count() for number in range(4)]
    assert counted == [31, 27, 24, 0]
    assert [FeedbackReceipt.objects.filter(event=session(number)).count() for number in range(4)] == counted
    assert not Feedback.objects.exclude(member=None).exists()


def test_a_speaker_has_not_answered_and_is_announced_to_nobody(demo):
    role = Role.objects.get(kind=Role.Kind.SPEAKER)
    assert (role.event, role.state, role.member.name) == (session(4), "invited", "Abena Serwaa")
    assert role.invited_at < role.rehearsal_at < role.event.starts_at
    assert [segment.announced_lead() for segment in role.segments.all()] == ["Guest from a women growers’ association"]


def test_co_facilitators_know_what_is_expected_and_when_they_rehearse(demo):
    roles = Role.objects.filter(kind=Role.Kind.CO_FACILITATOR).select_related("event")
    assert roles.count() == 3
    assert all(role.expectation and role.event.starts_at - role.rehearsal_at == timedelta(days=7) for role in roles)


def test_some_came_in_to_the_session_that_nobody_has_marked_yet(demo):
    seen = AttendanceEvidence.objects.filter(event=session(3))
    assert Counter(seen.values_list("source", flat=True)) == {"join_click": 5, "code": 2}
    assert list(seen.filter(people=2).values_list("member__name", flat=True)) == ["Ama Boateng"]


def test_a_room_of_session_eight_has_a_note_of_its_host(demo):
    note = RoomNote.objects.get(event=session(8))
    assert (note.room.name_en, note.author.name) == ("Latin America and the Caribbean", "Rosa Lupuna")
    assert note.room.hosts.get().member == note.author
