"""The signed links to what is one person's own: her place in an event, and the way into it."""

from events.models import Registration, Role
from forestallies.lib.links import SignedLink

PLACE = SignedLink(name="place_page", salt="events.place")  # of a registration
JOIN = SignedLink(name="join_place", salt="events.join")  # of a registration
JOIN_ROLE = SignedLink(name="join_role", salt="events.join_role")  # of a role
ASSIGNMENT = SignedLink(name="assignment_page", salt="events.assignment")  # of a role
FEEDBACK = SignedLink(name="feedback_place", salt="events.feedback")  # of a registration


def place_link(registration: Registration) -> str:
    """The address, for mails, of the page of this registration. It opens nothing else and shows no meeting link."""
    return PLACE.address(registration.pk)


def join_link(registration: Registration) -> str:
    """The address, for mails, of the page through which this person joins."""
    return JOIN.address(registration.pk)


def join_role_link(role: Role) -> str:
    """The address, for mails, of the page through which somebody with a role joins."""
    return JOIN_ROLE.address(role.pk)


def assignment_link(role: Role) -> str:
    """The address, for mails, of the page of this role: answer, materials, the run of show, hours."""
    return ASSIGNMENT.address(role.pk)


def feedback_link(registration: Registration) -> str:
    """The address, for mails, of this person's feedback form."""
    return FEEDBACK.address(registration.pk)
