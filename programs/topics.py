"""What a session is about, as its programme's template says it, one topic a line."""

from django.conf import settings

from events.kinds import Topic
from events.models import Event
from programs.models import SessionPlan

FIRST = settings.LANGUAGE_CODE


def topics_of(event: Event) -> list[Topic]:
    """Give the topics of a session in their order; none when the session follows no template.

    A language whose lines do not match the first one's line by line is read in the first language.
    """
    plan = SessionPlan.objects.filter(sessions=event.pk).first()
    if plan is None:
        return []
    names, labels = _lines(getattr(plan, f"topics_{FIRST}")), _lines(plan.topics)
    if len(labels) != len(names):
        labels = names
    return [Topic(name, label) for name, label in zip(names, labels, strict=True)]


def _lines(words: str | None) -> list[str]:
    return [line.strip()[:160] for line in (words or "").splitlines() if line.strip()]
