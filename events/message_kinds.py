"""The kinds of messages about events."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, register

register(
    Kind(name="registration_confirmed", label=_("registration confirmed")),
    Kind(name="registration_pending", label=_("registration waits for the team")),
    Kind(name="registration_declined", label=_("registration declined")),
    Kind(name="registration_cancelled", label=_("registration cancelled")),
    Kind(name="registered_with_circle", label=_("registered with the group")),
    Kind(name="registered_several", label=_("registered for several events")),
    Kind(name="waitlisted", label=_("on the waiting list")),
    Kind(name="promoted", label=_("moved up from the waiting list")),
    Kind(name="offered", label=_("place offered")),
    Kind(name="offer_expired", label=_("offer expired")),
    Kind(
        name="reminder_7d",
        label=_("reminder, 7 days before"),
        wish=_("A week before: what it is about and how to prepare"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(
        name="reminder_24h",
        label=_("reminder, 24 hours before"),
        wish=_("The day before: where and when"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(
        name="reminder_1h",
        label=_("reminder, an hour before"),
        wish=_("An hour before: the way in"),
    ),
    Kind(name="rescheduled", label=_("new time")),
    Kind(name="rescheduled_series", label=_("new times of several events")),
    Kind(name="event_cancelled", label=_("event cancelled")),
    Kind(name="role_invitation", label=_("invitation to a role")),
    Kind(name="role_withdrawn", label=_("role given to somebody else")),
    Kind(name="staff_brief", label=_("brief for those who have a role")),
    Kind(
        name="materials_posted",
        label=_("new materials"),
        wish=_("New materials, once a day"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(
        name="feedback_request",
        label=_("thank-you and feedback"),
        wish=_("Thank-you, with the question how it was"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(
        name="feedback_reminder",
        label=_("feedback, once more"),
        wish=_("The question how it was, once more"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(
        name="missed_session",
        label=_("sorry we missed you"),
        wish=_("What you can do when you missed an event"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(
        name="attendance_recorded",
        label=_("attendance recorded"),
        wish=_("What was recorded of your attendance, once a day"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(name="attendance_disputed", label=_("a mistake was reported")),
    Kind(name="dispute_answered", label=_("answer to a report of a mistake")),
)
