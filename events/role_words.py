"""Roles in words, in the active language."""

from django.utils.translation import get_language_info

from events.models import Event, Role


def part_of(role: Role, event: Event) -> str:
    """Name somebody's part: `facilitator`, or `interpreter, English → French` with the channel."""
    kind = str(Role.Kind(role.kind).label)
    return f"{kind}, {channel_words(event, role.channel)}" if role.channel else kind


def channel_words(event: Event, channel: str) -> str:
    """Name a channel of interpretation, from the floor to its listeners: `English → French`."""
    return f"{language_word(event.floor_language)} → {language_word(channel)}"


def language_word(code: str) -> str:
    """Name a language in the active one, as its own texts spell it in a list."""
    return str(get_language_info(code)["name_translated"])
