"""What a workshop is about: its theme."""

from django.conf import settings

from events.kinds import Topic
from events.models import Event
from members.models import Theme


def topics_of(event: Event) -> list[Topic]:
    theme = Theme.objects.filter(workshops=event.pk).first()
    return [Topic(getattr(theme, f"name_{settings.LANGUAGE_CODE}") or theme.name, theme.name)] if theme else []
