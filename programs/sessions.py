"""What people call a session."""

from django.utils.translation import gettext as _

from events.models import Event
from programs.models import Session


def called(event: Event) -> str:
    """Say "SSKE session 4": the programme and the number of its session, in one query."""
    session = Session.objects.select_related("edition__programme").get(pk=event.pk)
    words = _("%(programme)s session %(number)s")
    return words % {"programme": session.edition.programme.short_name, "number": session.number}
