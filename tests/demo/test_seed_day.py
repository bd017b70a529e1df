"""What belongs to the day of a session in the demo."""

from collections import Counter

from django.db.models import Count, Sum

from events.models import Event, Feedback, FeedbackReceipt, Material, Room, RoomPlace, Segment, SpeakerQuestion


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
