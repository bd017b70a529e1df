"""Logos that come in: a small PNG or JPEG, known by its content, with its size in pixels."""

import struct
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from forestallies.lib import uploads
from programs.models import PartnerLogo

PNG, JPEG = "image/png", "image/jpeg"
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of a JPEG after which its size stands
_ALONE = {0x01, *range(0xD0, 0xDA)}  # markers without a length


@dataclass(frozen=True)
class Picture:
    """A picture that was checked."""

    content: bytes
    content_type: str
    sha256: str
    width: int
    height: int


def check(file: UploadedFile) -> Picture:
    """Take a logo, or say in a sentence why not.

    Raises:
        ValidationError: not a PNG or JPEG by its content, too heavy for a slow line, or too large to be a logo.
    """
    found = uploads.inspect(file)
    if found.content_type not in (PNG, JPEG):
        raise ValidationError(_("A logo is a picture: please send a .png or .jpg file."))
    if found.size > PartnerLogo.MOST_BYTES:
        words = _("This picture is too heavy for a slow line: at most %(most)d kB. Please make it smaller.")
        raise ValidationError(words % {"most": PartnerLogo.MOST_BYTES // 1000})
    file.seek(0)
    content = file.read()
    width, height = _size(content, found.content_type)
    if not 0 < width <= PartnerLogo.MOST_SIDE or not 0 < height <= PartnerLogo.MOST_SIDE:
        words = _("A logo has at most %(most)d dots on each side. Please make it smaller.")
        raise ValidationError(words % {"most": PartnerLogo.MOST_SIDE})
    return Picture(content, found.content_type, found.sha256, width, height)


def _size(content: bytes, content_type: str) -> tuple[int, int]:
    """Width and height as its head says; zeros when it says nothing."""
    if content_type == PNG:
        return struct.unpack(">II", content[16:24]) if content[12:16] == b"IHDR" and len(content) >= 24 else (0, 0)
    place = 2
    while place + 9 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker in _FRAMES:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 if marker in _ALONE else 2 + int.from_bytes(content[place + 2 : place + 4])
    return 0, 0
