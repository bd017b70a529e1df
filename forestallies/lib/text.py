"""The gate for text that comes in: what is stored is clean, and bad text is refused in words."""

import re
import unicodedata

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Control characters but tab, line feed and carriage return; and the characters that override the reading direction,
# which can make one name look like another. Joiners and plain direction marks stay: several scripts need them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
# What shows nothing: marks, joiners, fillers and blanks. Text made of them alone would be a name that nobody can read
# or click, though no list of blanks calls it empty.
_INVISIBLE = re.compile(
    r"[\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u2800\u3164"
    r"\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]+"
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def in_language(name: str, code: str) -> str:
    """Say in which language a translated field is: `Title (Portuguese)`."""
    return f"{name} ({dict(settings.LANGUAGES)[code]})"


def tidy(value: str, *, lines: bool = False) -> str:
    """Bring text into the one form that is stored: NFC, line feeds only, no blanks at either end.

    Args:
        value: any text.
        lines: keep line breaks; without it every run of white space becomes one blank.
    """
    value = unicodedata.normalize("NFC", value)
    if lines:
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()
    return _SPACES.sub(" ", value).strip()


def can_be_seen(value: str) -> bool:
    """Whether text has anything in it that shows."""
    return not _INVISIBLE.fullmatch(value)


def check_printable(value: str) -> None:
    """Refuse characters that no name or text needs.

    Raises:
        ValidationError: for control characters, direction overrides, broken Unicode, and nothing but invisible signs.
    """
    if _CONTROL.search(value) or _SURROGATE.search(value):
        raise ValidationError(_("Please remove the control characters."), code="control_characters")
    if _DIRECTION.search(value):
        raise ValidationError(
            _("Please remove the invisible characters that change the reading direction."), code="direction_characters"
        )
    if value and not value.isspace() and not can_be_seen(value):
        raise ValidationError(_("Please write something that can be seen."), code="invisible_characters")


def clean(value: str, *, lines: bool = False) -> str:
    """Tidy text and refuse what cannot be printed.

    Raises:
        ValidationError: as `check_printable`.
    """
    check_printable(value)
    return tidy(value, lines=lines)
