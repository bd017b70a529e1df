"""What somebody said when she registered, changed afterwards: it moves no seat and tells nobody."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.models import record
from events.ledger import Wishes, write_answers
from events.locks import lock_event
from events.models import Event, Registration
from events.refusals import RegistrationRefused
from members.models import Member


@transaction.atomic
def change(*, registration: Registration, wishes: Wishes, by: Member, at: datetime) -> Registration:
    """Write down what a member wishes now, instead of what she said before. Running twice is harmless.

    The audit names which of it changed, and never the words.

    Raises:
        RegistrationRefused: she has no place (any more), or the event has begun or does not take place.
    """
    event = lock_event(registration.event_id)
    registration = Registration.objects.get(pk=registration.pk)
    if not registration.stands:
        raise RegistrationRefused(_("You are not registered for this event."))
    if event.state != Event.State.SCHEDULED or event.starts_at <= at:
        raise RegistrationRefused(_("This event has begun or is closed, so nothing can be changed any more."))
    changed = _write(registration, wishes)
    if _answer(registration, wishes):
        changed.append("answers")
    if changed:
        record(verb="registration.wishes_changed", subject=registration, by=by, at=at, fields=sorted(changed))
    return registration


def _write(registration: Registration, wishes: Wishes) -> list[str]:
    """Save the fields that differ, and name them."""
    wanted = {"interpretation": wishes.interpretation, "needs": list(wishes.needs), "note": wishes.note}
    changed = [name for name, value in wanted.items() if getattr(registration, name) != value]
    for name in changed:
        setattr(registration, name, wanted[name])
    if changed:
        registration.save(update_fields=changed)
    return changed


def _answer(registration: Registration, wishes: Wishes) -> bool:
    """Replace the answers where they differ; say whether they did."""
    before = dict(registration.answers.values_list("question", "value"))
    after = {question: value for question, value in wishes.answers.items() if value}
    if before == after:
        return False
    write_answers(registration.pk, wishes)
    return True
