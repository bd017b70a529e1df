"""Is a mail about an application still wanted when its turn comes?"""

from datetime import datetime

from members.models import Application
from notices.guards import Verdict, register


def application_is_declined(subject_ref: str, at: datetime) -> Verdict:
    """A decision that was taken back within its hour is never told."""
    declined = Application.objects.filter(pk=int(subject_ref), state=Application.State.DECLINED).exists()
    return Verdict(declined, "" if declined else "The decision was taken back.")


register("members.application_declined", application_is_declined)
