"""The spine: what happens at a time, who may come, who does what in it."""

from events.models.attendance import Attendance, AttendanceEvidence, Source
from events.models.disputes import Dispute
from events.models.events import Event
from events.models.feedback import Feedback, FeedbackReceipt, FeedbackTopic
from events.models.feeds import CalendarFeed
from events.models.materials import Material, MaterialFile
from events.models.questions import Answer, Question
from events.models.registrations import Registration, Transition
from events.models.roles import Role
from events.models.rooms import Room, RoomNote, RoomPlace
from events.models.segments import Segment
from events.models.speaker_questions import SpeakerQuestion, SpeakerQuestionVote

__all__ = [
    "Answer",
    "Attendance",
    "AttendanceEvidence",
    "CalendarFeed",
    "Dispute",
    "Event",
    "Feedback",
    "FeedbackReceipt",
    "FeedbackTopic",
    "Material",
    "MaterialFile",
    "Question",
    "Registration",
    "Role",
    "Room",
    "RoomNote",
    "RoomPlace",
    "Segment",
    "Source",
    "SpeakerQuestion",
    "SpeakerQuestionVote",
    "Transition",
]
