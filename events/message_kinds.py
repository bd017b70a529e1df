"""What each kind of message about an event is called where the team reads of it."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "registration_confirmed": _("registration confirmed"),
    "registration_pending": _("registration waits for the team"),
    "registration_declined": _("registration declined"),
    "registration_cancelled": _("registration cancelled"),
    "registered_with_circle": _("registered with the group"),
    "waitlisted": _("on the waiting list"),
    "promoted": _("moved up from the waiting list"),
    "offered": _("place offered"),
    "offer_expired": _("offer expired"),
    "reminder_24h": _("reminder, 24 hours before"),
    "rescheduled": _("new time"),
    "rescheduled_series": _("new times of several events"),
    "event_cancelled": _("event cancelled"),
    "role_invitation": _("invitation to a role"),
    "role_withdrawn": _("role given to somebody else"),
    "staff_brief": _("brief for those who have a role"),
    "materials_posted": _("new materials"),
    "feedback_request": _("thank-you and feedback"),
    "feedback_reminder": _("feedback, once more"),
}


def words_for(kind: str) -> str:
    """Name a kind; one that is not known here is shown by its code."""
    return str(WORDS.get(kind, kind))
