"""Files that people send: what a file is, found in its content; its name, cleaned; and no more of it than is wanted."""

import hashlib
import re
import unicodedata
from codecs import getincrementaldecoder
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.utils.translation import gettext as _

from forestallies.lib import text
from forestallies.lib.archives import Archive, damaged

NAME_LENGTH = 200
HEAD = 4_096  # bytes in which a file says what it is
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN = "application/vnd.oasis.opendocument."

# What may be sent, by the ending of its name.
TYPES = {
    "pdf": "application/pdf",
    "pptx": f"{OFFICE}presentationml.presentation",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "odp": f"{OPEN}presentation",
    "odt": f"{OPEN}text",
    "ods": f"{OPEN}spreadsheet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "mp4": "video/mp4",
    "txt": "text/plain",
    "csv": "text/csv",
}
MACROS = ("docm", "pptm", "xlsm", "dotm", "potm", "ppsm", "xlsb")
_TEXTS = ("text/plain", "text/csv")
_VIDEO_BRANDS = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV")
_SOUND_BRANDS = (b"M4A ", b"M4B ")
_PARTS = "[Content_Types].xml"
_PARTS_SIZE = 1_000_000  # bytes; the lists of the largest documents have about a tenth of that
_MAIN_PART = re.compile(r'ContentType\s*=\s*["\']([^"\']+\.main\+xml)["\']')
_MARKUP = re.compile(r"\ufeff?\s*<\s*[!?a-z]", re.IGNORECASE)
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Found:
    """What a file is, whatever its sender said.

    Attributes:
        extension: of its name, in small letters and without the dot; it fits the content.
        sha256: of its bytes, as 64 hexadecimal digits.
    """

    content_type: str
    extension: str
    size: int
    sha256: str


def accepted_types() -> str:
    """The endings that may be sent, as they stand in sentences and in a form's `accept`."""
    return ", ".join(f".{extension}" for extension in TYPES)


def most_bytes() -> int:
    return int(settings.MATERIAL_MAX_MB * 1_000_000)


def inspect(file: File) -> Found:
    """Find out what a file is, by its content, and hold its name to it.

    Reads it in chunks; of a zip based document only the directory and, when that is harmless, a few small parts.

    Raises:
        ValidationError: with a sentence: empty, too large, of a type that is not taken, not what its name says, with
            macros, with a password, or harmful to open.
    """
    extension = extension_of(file.name or "")
    size = file.size or 0
    if not size:
        raise ValidationError(_("This file is empty."))
    if size > most_bytes():
        raise too_large()
    if extension in MACROS:
        raise with_macros()
    if extension not in TYPES:
        raise ValidationError(
            _("Files of this type are not taken. You can send: %(types)s.") % {"types": accepted_types()}
        )
    file.seek(0)
    found = _find(file, file.read(HEAD), TYPES[extension])
    if found != TYPES[extension]:
        raise _other_type(extension, found)
    return Found(found, extension, size, _hash(file))


def clean_name(name: str) -> str:
    """Give a file name that any disk and header takes: without folders, control and direction characters, not too long.

    The ending stays. The same name cleaned twice is the same.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Cn", "Co"))
    name = text.tidy(unicodedata.normalize("NFC", name))
    dot, extension = "", extension_of(name)
    stem = name
    if extension:
        stem, dot = name[: -len(extension) - 1], "."
    stem = stem[: NAME_LENGTH - len(extension) - len(dot)].strip(" .")
    return f"{stem if stem and text.can_be_seen(stem) else 'file'}{dot}{extension}"


def extension_of(name: str) -> str:
    """The ending of a name in small letters, without its dot; empty when it has none that a file could have."""
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    return ending if re.fullmatch(r"[a-z0-9]{1,10}", ending) else ""


def too_large() -> ValidationError:
    words = _("This file is too large: at most %(most)s MB are taken. For a larger one, post a link to it.")
    return ValidationError(words % {"most": f"{settings.MATERIAL_MAX_MB:g}"}, code="too_large")


def with_macros() -> ValidationError:
    return ValidationError(_("Documents with macros are not taken. Please save it without macros."))


def _other_type(extension: str, found: str) -> ValidationError:
    other = next((ending for ending, content_type in TYPES.items() if content_type == found), "")
    if other:
        words = _("The name of this file ends in .%(extension)s, but its content is .%(other)s.")
        return ValidationError(words % {"extension": extension, "other": other})
    words = _("The name of this file ends in .%(extension)s, but its content is something else.")
    return ValidationError(words % {"extension": extension})


def _find(file: File, head: bytes, claimed: str) -> str:
    """The content type of a file; empty when it is none of `TYPES`. What it claims decides only between equals."""
    if head.startswith(b"PK\x03\x04"):
        return _find_document(file)
    signs = _signs(head)
    for extension in ("pdf", "png", "jpg", "mp3"):
        if f".{extension}" in signs:
            return TYPES[extension]
    if head[:1] == b"\xff" and len(head) > 2 and head[1] in (0xFB, 0xFA, 0xF3, 0xF2) and head[2] >> 4 not in (0, 15):
        return TYPES["mp3"]  # a frame of sound without a title before it
    if head[4:8] == b"ftyp" and head[8:12] in _SOUND_BRANDS:
        return TYPES["m4a"]
    if head[4:8] == b"ftyp" and head[8:12] in _VIDEO_BRANDS:
        return claimed if claimed == TYPES["m4a"] else TYPES["mp4"]  # telephones call their sound so, too
    return _find_text(file, claimed)


def _signs(head: bytes) -> set[str]:
    """The endings that the very first bytes of a file speak for; what stands further on may be there to mislead."""
    try:
        return {match.extension for match in puremagic.magic_string(head) if head.startswith(match.byte_match)}
    except puremagic.PureError:
        return set()


def _find_document(file: IO[bytes]) -> str:
    """What a zip file is: one of the office documents, without macros.

    Raises:
        ValidationError: see `Archive`.
    """
    archive = Archive(file)
    if any(PurePosixPath(name.lower()).name.startswith("vbaproject") for name in archive.names):
        raise with_macros()
    if any(name.startswith(("Basic/", "Scripts/")) for name in archive.names):  # where LibreOffice keeps them
        raise with_macros()
    parts = _parts(archive)
    if "macroenabled" in parts.lower() or "vbaproject" in parts.lower():
        raise with_macros()
    # What LibreOffice writes first says by itself what the whole is; Office names the type of its main part.
    whole = archive.read("mimetype", 200).decode("ascii", "replace")
    named = {kind.removesuffix(".main+xml") for kind in _MAIN_PART.findall(parts)}
    found = [content_type for content_type in {whole, *named} if content_type in TYPES.values()]
    return found[0] if len(found) == 1 and (found[0] in named or whole.startswith(OPEN)) else ""


def _parts(archive: Archive) -> str:
    """The list of types in a document of Office; empty when it has none.

    Raises:
        ValidationError: there are two of them, or it is written in a way that hides from us what a program reads in it.
    """
    if [name for name in archive.names if name.lower() == _PARTS.lower()] not in ([], [_PARTS]):
        raise damaged()
    written = archive.read(_PARTS, _PARTS_SIZE + 1)
    try:
        parts = written.decode("utf-8")
    except UnicodeDecodeError as error:
        raise damaged() from error
    if len(written) > _PARTS_SIZE or any(sign in parts for sign in ("<!DOCTYPE", "<!ENTITY", "&#", "\x00")):
        raise damaged()
    return parts


def _find_text(file: File, claimed: str) -> str:
    """Plain text that says to be plain text; pages and pictures written as text are not.

    Raises:
        ValidationError: it is text of an older kind, in which nobody could tell one letter from another.
    """
    if claimed not in _TEXTS:
        return ""
    decoder, is_first = getincrementaldecoder("utf-8")(), True
    try:
        for chunk in file.chunks():
            if _NOT_TEXT.search(chunk):
                return ""
            words = decoder.decode(chunk)
            if is_first and _MARKUP.match(words):
                return ""
            is_first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise ValidationError(_("Please save this text as “UTF-8”, so that every letter can be read.")) from error
    return claimed


def _hash(file: File) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


class Limited(FileUploadHandler):
    """Throw away what goes beyond the largest size, for all files of a request together, while it comes in.

    The form learns of it by `was_cut_off`. What is far beyond is not even received to its end.
    """

    chunk_size = 65_536
    HOPELESS = 5  # times the largest size: the line is cut instead of reading on

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.received = 0
        self.is_hopeless = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 (Django's name)
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> None:
        self.is_hopeless = content_length > self.HOPELESS * most_bytes()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.is_hopeless:
            self._note()
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > most_bytes():
            self._note()
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None

    def _note(self) -> None:
        if self.request is not None:
            self.request.META[_CUT_OFF] = True


_CUT_OFF = "forestallies.upload_cut_off"


def was_cut_off(request: HttpRequest) -> bool:
    """Whether a file of this request was too large, so that it did not come in."""
    return _CUT_OFF in request.META
