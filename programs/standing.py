"""How far one person has come in SSKE, in words for herself."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from members.models import Member
from programs import completion
from programs.models import Enrolment


def standing_of(event: Event, member: Member, at: datetime) -> str:
    """Say how many sessions she has, how many complete the programme, and whether those ahead can still be enough.

    Empty for somebody who does not take part in the edition of this session. In the active language.
    """
    enrolments = Enrolment.objects.filter(
        member=member, cohort__edition__sessions=event.pk, state__in=completion.TAKING_PART
    )
    enrolment = enrolments.select_related("cohort").order_by("cohort__kind").first()
    if enrolment is None:
        return ""
    progress = completion.progress(enrolment.cohort)[member.pk]
    ahead = completion.sessions_of(enrolment.cohort).filter(starts_at__gt=at).count()
    said = ngettext(
        "You have %(attended)d session; %(needed)d complete the programme.",
        "You have %(attended)d sessions; %(needed)d complete the programme.",
        progress.attended,
    ) % {"attended": progress.attended, "needed": progress.needed}
    return f"{said} {_outlook(progress, ahead)}"


def _outlook(progress: completion.Progress, ahead: int) -> str:
    if progress.eligible:
        return _("You have all that you need.")
    if progress.missing > ahead:
        return _("The sessions ahead are too few for that. Please write to us: we look for a way together.")
    return ngettext(
        "You are still on track: %(missing)d more is needed, and %(ahead)d are ahead.",
        "You are still on track: %(missing)d more are needed, and %(ahead)d are ahead.",
        progress.missing,
    ) % {"missing": progress.missing, "ahead": ahead}
