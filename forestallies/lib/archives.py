"""Zip files from strangers, judged by their directory: nothing is unpacked before its size is known to be harmless.

Office documents are zip files. A small one can unpack to gigabytes, hide another archive, or be two things at once.
"""

import tempfile
import zipfile
import zlib
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MEMBERS = 4_000  # in one archive; the largest office documents have about a thousand
RATIO = 100  # times the packed size; text packs about ten times, zeros a thousand times
SMALL = 1_000_000  # bytes, up to which nobody minds the ratio
UNPACKED = 400_000_000  # bytes in all, with the documents that lie inside
DIRECTORY = MEMBERS * 400  # bytes
_END = b"PK\x05\x06"
_END_SIZE = 22
_LOCAL_SIZE = 30
_ENCRYPTED = 0x1
_MEMBER = b"PK\x03\x04"
_ARCHIVES = (".zip", ".jar", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".cab", ".iso")
_DOCUMENTS = (".docx", ".pptx", ".xlsx", ".odt", ".odp", ".ods")


class Archive:
    """A zip file whose directory is sound and small enough, so that its members may be read.

    Args:
        file: seekable; only its directory is read here, and then the first bytes of each member.
        inside: it lies in another archive, and may hold no further one.

    Raises:
        ValidationError: damaged, encrypted, overlapping, nested, or too large once unpacked.
    """

    def __init__(self, file: IO[bytes], *, inside: bool = False) -> None:
        size = file.seek(0, 2)
        _check_end(file, size)
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise damaged() from error
        self.members = self.zip.infolist()
        self.names = [member.filename for member in self.members]
        self.unpacked = sum(member.file_size for member in self.members)
        self._check_members(size)
        self._check_nested(inside)

    def read(self, name: str, limit: int) -> bytes:
        """The first bytes of a member; empty when there is none of this name.

        Raises:
            ValidationError: the member is damaged.
        """
        if name not in self.names:
            return b""
        try:
            with self.zip.open(name) as member:
                return member.read(limit)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, zlib.error) as error:
            raise damaged() from error

    def _check_members(self, size: int) -> None:
        if not self.members or len(self.members) > MEMBERS or len(set(self.names)) != len(self.names):
            raise damaged()
        if any(member.flag_bits & _ENCRYPTED for member in self.members):
            raise ValidationError(_("This file is locked with a password. Please save it without one."))
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in self.members):
            raise damaged()
        if self.unpacked > UNPACKED or self.unpacked > max(SMALL, size * RATIO):
            raise too_large()
        free_from = 0
        for member in sorted(self.members, key=lambda one: one.header_offset):
            if member.header_offset < free_from:
                raise damaged()
            free_from = member.header_offset + _LOCAL_SIZE + member.compress_size
        if free_from > size:
            raise damaged()

    def _check_nested(self, inside: bool) -> None:
        """Refuse archives inside, but for one layer of office documents, such as the table behind a chart."""
        for name in self.names:
            if name.lower().endswith(_ARCHIVES):
                raise nested()
            if self.read(name, len(_MEMBER)) == _MEMBER:
                if inside or not name.lower().endswith(_DOCUMENTS):
                    raise nested()
                self._open_inner(name)

    def _open_inner(self, name: str) -> None:
        with tempfile.SpooledTemporaryFile(max_size=SMALL) as copy:
            try:
                with self.zip.open(name) as member:
                    while chunk := member.read(65_536):
                        copy.write(chunk)
            except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, zlib.error) as error:
                raise damaged() from error
            self.unpacked += Archive(copy, inside=True).unpacked
        if self.unpacked > UNPACKED:
            raise too_large()


def _check_end(file: IO[bytes], size: int) -> None:
    """Hold the last lines of the file to what office programs write: one directory, right before the end.

    Raises:
        ValidationError: something stands before, behind or between; or the directory itself is too large to read.
    """
    if size < _END_SIZE:
        raise damaged()
    file.seek(size - _END_SIZE)
    end = file.read(_END_SIZE)
    length, start = int.from_bytes(end[12:16], "little"), int.from_bytes(end[16:20], "little")
    if end[:4] != _END or end[20:] != b"\x00\x00" or start + length != size - _END_SIZE:
        raise damaged()
    if length > DIRECTORY:
        raise too_large()


def damaged() -> ValidationError:
    return ValidationError(_("This file is damaged or is not a document. Please save it anew and try again."))


def too_large() -> ValidationError:
    return ValidationError(_("This file would become too large when it is opened, so it was not taken."))


def nested() -> ValidationError:
    return ValidationError(_("This file has another archive inside, so it was not taken."))
