"""The spine: what happens at a time, who may come, who does what in it."""

from events.models.attendance import Attendance, AttendanceEvidence, Source
from events.models.events import Event
from events.models.feeds import CalendarFeed
from events.models.questions import Answer, Question
from events.models.registrations import Registration, Transition
from events.models.roles import Role

__all__ = [
    "Answer",
    "Attendance",
    "AttendanceEvidence",
    "CalendarFeed",
    "Event",
    "Question",
    "Registration",
    "Role",
    "Source",
    "Transition",
]
