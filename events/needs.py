"""The accessibility needs that somebody can tick, in words."""

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "captions": _("Captions to read along"),
    "sign_language": _("Sign language"),
    "audio_only": _("I join by sound only, without pictures"),
}


def words_for(need: str) -> str | Promise:
    """Say a need; one that the portal has no words for (it was added in the settings) stands as it is written there."""
    return _WORDS.get(need, need.replace("_", " "))


def choices() -> list[tuple[str, str | Promise]]:
    """What the portal offers, as (value stored, words)."""
    return [(need, words_for(need)) for need in settings.ACCESSIBILITY_NEEDS]
