"""Documents made by hand, whole and hostile, for tests of what is sent to the portal."""

import io
import struct
import zipfile
from collections.abc import Mapping

from forestallies.lib.uploads import TYPES

MAIN_PARTS = {"docx": "word/document.xml", "pptx": "ppt/presentation.xml", "xlsx": "xl/workbook.xml"}


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def office(
    extension: str,
    more: Mapping[str, bytes] | None = None,
    *,
    main: str = "",
    prolog: str = "",
    padding: bytes = b"",
    compression: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A document as Office writes it, as far as its directory and its first part go."""
    kind, part = main or f"{TYPES[extension]}.main+xml", MAIN_PARTS[extension]
    types = f'<?xml version="1.0"?>{prolog}<Types><Override PartName="/{part}" ContentType="{kind}"/></Types>'
    return zipped({"[Content_Types].xml": types.encode() + padding, part: b"<x/>", **(more or {})}, compression)


def open_document(extension: str, more: Mapping[str, bytes] | None = None) -> bytes:
    """A document as LibreOffice writes it."""
    return zipped({"mimetype": TYPES[extension].encode(), "content.xml": b"<x/>", **(more or {})}, zipfile.ZIP_STORED)


def locked(document: bytes) -> bytes:
    """The same document with every member marked as encrypted, in its directory."""
    content, at = bytearray(document), 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    return bytes(content)


def overlapping() -> bytes:
    """A document whose directory names the same packed bytes many times."""
    whole = office("docx")
    end = whole[-22:]
    start = struct.unpack("<I", end[16:20])[0]
    directory = whole[start:-22]
    first = directory[: 46 + struct.unpack("<H", directory[28:30])[0]]
    more = b"".join(first.replace(b"[Content_Types].xml", f"[Content_Types].{n:03}".encode()) for n in range(50))
    directory += more
    count = struct.pack("<HH", 52, 52)
    return whole[:start] + directory + end[:8] + count + struct.pack("<I", len(directory)) + end[16:]
