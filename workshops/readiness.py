"""What a workshop must tell before members may register: who benefits from it, on both sides."""

from django.utils.translation import gettext as _

from events.actions.moving import ScheduleRefused
from events.models import Event
from workshops.models import Workshop


def check_tells_benefits(event: Event) -> None:
    """A scheduled workshop says in a sentence each what forest communities and what markets gain.

    Raises:
        ScheduleRefused: naming the first text that is written in no language.
    """
    workshop = event if isinstance(event, Workshop) else Workshop.objects.filter(pk=event.pk).first()
    if workshop and (missing := workshop.missing_benefits()):
        raise ScheduleRefused(words_for(missing[0]), field=f"{missing[0]}_en")


def words_for(name: str) -> str:
    """Ask for one of the two texts."""
    if name == "benefit_communities":
        return _("Before it is scheduled, please write what forest communities gain, in at least one language.")
    return _("Before it is scheduled, please write what markets gain, in at least one language.")
