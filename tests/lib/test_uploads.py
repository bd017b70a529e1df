"""What a file is, by its content; what is harmful, by its directory; and what is left of a hostile name."""

import io
import struct
import time
import unicodedata
import zipfile
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from forestallies.lib import archives, uploads
from forestallies.lib.text import clean
from tests import documents

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(20)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
EXE = b"MZ\x90\x00\x03" + bytes(200)
ELSE = "its content is something else"


def inspect(name: str, content: bytes) -> uploads.Found:
    return uploads.inspect(SimpleUploadedFile(name, content, content_type="application/pdf"))


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(ValidationError) as refused:
        inspect(name, content)
    return " ".join(refused.value.messages)


# --- What is taken ---


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("Slides.PDF", PDF, "application/pdf"),
        ("picture.png", PNG, "image/png"),
        ("photo.jpeg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        ("sound.mp3", b"ID3\x04\x00\x00" + bytes(9), "audio/mpeg"),
        ("frames.mp3", b"\xff\xf3\x90\x64" + bytes(9), "audio/mpeg"),
        ("voice.m4a", b"\x00\x00\x00\x20ftypM4A \x00\x00\x00\x00", "audio/mp4"),
        ("phone.m4a", b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "audio/mp4"),
        ("film.mp4", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00", "video/mp4"),
        ("terms.txt", "MRV: medición, reporte y verificación\n".encode(), "text/plain"),
        ("terms.csv", "\ufeffEN;ES\nseed;semilla\n".encode(), "text/csv"),
        ("slides.pptx", documents.office("pptx"), uploads.TYPES["pptx"]),
        ("paper.docx", documents.office("docx"), uploads.TYPES["docx"]),
        ("table.xlsx", documents.office("xlsx"), uploads.TYPES["xlsx"]),
        ("slides.odp", documents.open_document("odp"), uploads.TYPES["odp"]),
        ("paper.odt", documents.open_document("odt"), uploads.TYPES["odt"]),
        ("table.ods", documents.open_document("ods"), uploads.TYPES["ods"]),
    ],
)
def test_file_is_known_by_its_content(name, content, content_type):
    found = inspect(name, content)
    assert (found.content_type, found.size) == (content_type, len(content))
    assert found.extension == name.rsplit(".", 1)[-1].lower()


def test_chart_with_its_table_inside_is_a_usual_document():
    inner = documents.office("xlsx")
    assert inspect("a.pptx", documents.office("pptx", {"ppt/embeddings/Sheet1.xlsx": inner})).extension == "pptx"


def test_hash_is_that_of_the_bytes():
    assert inspect("a.txt", b"abc").sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# --- What says to be something else ---


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("page.pdf", HTML, ELSE),
        ("page.pdf", HTML + b"\n%PDF-1.7\n%%EOF", ELSE),
        ("program.png", EXE, ELSE),
        ("drawing.png", SVG, ELSE),
        ("drawing.txt", b"\n  " + SVG, ELSE),
        ("page.csv", HTML, ELSE),
        ("page.txt", "\ufeff<?xml version='1.0'?><html/>".encode(), ELSE),
        ("program.txt", EXE, ELSE),
        ("plain.pdf", b"just words", ELSE),
        ("song.mp4", b"\x00\x00\x00\x14ftypqt  ", ELSE),
        ("photo.png", b"\xff\xd8\xff\xe0\x00\x10JFIF", "but its content is .jpg"),
        ("paper.docx", documents.office("pptx"), "ends in .docx, but its content is .pptx"),
        ("slides.odp", documents.open_document("ods"), "but its content is .ods"),
        ("paper.docx", documents.zipped({"a.txt": b"a"}), ELSE),
        ("paper.docx", PDF, "but its content is .pdf"),
        ("slides.pdf", documents.office("pptx"), "but its content is .pptx"),
        ("both.pptx", documents.office("pptx", {"mimetype": uploads.TYPES["odp"].encode()}), ELSE),
    ],
)
def test_file_of_another_type_than_it_says_is_a_sentence(name, content, words):
    assert words in refusal(name, content)


@pytest.mark.parametrize(
    "name", ["a.exe", "a.svg", "a.html", "a.zip", "a", "a.pdf.exe", "a.pdf ", "a.", ".pdf\u202e.js"]
)
def test_other_endings_are_refused_with_what_is_taken(name):
    words = refusal(name, PDF)
    assert words.startswith("Files of this type are not taken") and ".pptx" in words


def test_text_in_an_old_encoding_says_how_to_save_it():
    assert "UTF-8" in refusal("a.csv", "señal".encode("latin-1"))
    assert inspect("a.csv", "señal".encode()).extension == "csv"


def test_letter_on_the_border_of_two_chunks_is_one_letter():
    content = ("x" * 65_535 + "ñ" + "x" * 70_000).encode()
    assert inspect("a.txt", content).size == len(content)


def test_empty_and_too_large_files_are_sentences(settings):
    assert refusal("a.pdf", b"") == "This file is empty."
    settings.MATERIAL_MAX_MB = 0.5
    assert "at most 0.5 MB" in refusal("a.pdf", PDF + bytes(500_000))
    assert inspect("a.pdf", PDF).extension == "pdf"


# --- Archives that mean harm ---


@pytest.mark.parametrize("name", ["a.docm", "a.pptm", "a.xlsm"])
def test_documents_with_macros_are_refused_by_name(name):
    assert "macros" in refusal(name, documents.office("docx"))


@pytest.mark.parametrize(
    "content",
    [
        documents.office("docx", {"word/vbaProject.bin": b"x"}),
        documents.office("docx", {"word/VBAPROJECT.BIN": b"x"}),
        documents.office("docx", main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        documents.open_document("odt", {"Basic/Standard/Module1.xml": b"x"}),
        documents.open_document("odt", {"Scripts/python/x.py": b"x"}),
    ],
)
def test_documents_with_macros_are_refused_by_content(content):
    name = "a.odt" if content[30:38] == b"mimetype" else "a.docx"
    assert "macros" in refusal(name, content)


TYPES_PART = "[Content_Types].xml"
WITH_MACROS = '<Types><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'


@pytest.mark.parametrize(
    "content",
    [
        documents.zipped({"mimetype": uploads.TYPES["docx"].encode(), TYPES_PART: WITH_MACROS.encode("utf-16")}),
        documents.zipped({"mimetype": uploads.TYPES["docx"].encode(), TYPES_PART: WITH_MACROS.encode("utf-16-le")}),
        documents.zipped({"mimetype": uploads.TYPES["docx"].encode(), "word/document.xml": b"<x/>"}),
        documents.office("docx", padding=b" " * 1_000_000 + WITH_MACROS.encode(), compression=zipfile.ZIP_STORED),
        documents.office("docx", padding=WITH_MACROS.replace("macroE", "macro&#69;").encode()),
        documents.office("docx", {"[content_types].xml": WITH_MACROS.encode()}),
        documents.office(
            "docx", padding=b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        ),
    ],
    ids=["utf-16", "utf-16 without mark", "mimetype alone", "far behind", "by number", "twice", "renamed"],
)
def test_macros_are_not_hidden_from_who_looks_for_them(content):
    assert refusal("a.docx", content)


def test_bomb_of_zeros_is_refused_without_unpacking_it():
    bomb = documents.office("pptx", {"ppt/media/image1.bmp": bytes(100_000_000)})
    assert len(bomb) < 110_000
    begun = time.process_time()
    assert "too large when it is opened" in refusal("a.pptx", bomb)
    assert time.process_time() - begun < 0.2  # unpacking 100 MB takes longer


def test_text_that_packs_well_is_no_bomb():
    rows = "".join(f"<row r='{n}'><c>{n * 7919 % 100_003}</c></row>" for n in range(200_000)).encode()
    assert inspect("a.xlsx", documents.office("xlsx", {"xl/worksheets/sheet1.xml": rows})).extension == "xlsx"


def test_bomb_that_nests_is_refused():
    inner = documents.zipped({f"lib {n}.zip": documents.zipped({"0.dll": bytes(1_000)}) for n in range(16)})
    assert "another archive" in refusal("a.docx", documents.office("docx", {"lib.zip": inner}))
    assert "another archive" in refusal("a.docx", documents.office("docx", {"word/media/image1.png": inner}))
    deep = documents.office("xlsx", {"xl/embeddings/a.docx": documents.office("docx")})
    assert "another archive" in refusal("a.pptx", documents.office("pptx", {"ppt/embeddings/a.xlsx": deep}))


def test_bomb_inside_an_embedded_document_counts():
    inner = documents.office("xlsx", {"xl/a.xml": bytes(50_000_000)})
    assert "too large when" in refusal("a.pptx", documents.office("pptx", {"ppt/embeddings/a.xlsx": inner}))


def test_members_that_share_their_bytes_are_refused():
    """A bomb without nesting: many entries of the directory point at the same packed bytes."""
    assert "damaged" in refusal("a.docx", documents.overlapping())


def test_too_many_members_are_refused():
    many = documents.office("docx", {f"word/{n}.xml": b"" for n in range(archives.MEMBERS)})
    assert refusal("a.docx", many)


def test_locked_document_is_a_sentence():
    assert "password" in refusal("a.docx", documents.locked(documents.office("docx")))


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + bytes(100),
        documents.office("docx")[:-30],
        documents.office("docx") + b"<script>",
        b"PK\x03\x04<script>alert(1)</script>" + documents.office("docx"),
        documents.office("docx").replace(b"[Content_Types].xml", b"[Content_Types].xmX", 1),
        documents.office("docx", {"word/document.xml": b"1"}, compression=zipfile.ZIP_LZMA),
        documents.office("docx", prolog="<!DOCTYPE x [<!ENTITY a 'b'>]>"),
    ],
)
def test_damaged_or_doubled_archives_are_a_sentence(content):
    assert "damaged" in refusal("a.docx", content)


def test_directory_may_lie_about_sizes_and_nothing_grows():
    """What the directory says of a part is all that is ever read of it."""
    content = bytearray(documents.office("docx", padding=b" " * 500_000))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    assert refusal("a.docx", bytes(content))


@given(st.binary(max_size=400), st.sampled_from(sorted(uploads.TYPES)))
def test_any_bytes_are_taken_or_refused_in_words(content, extension):
    for head in (b"", b"PK\x03\x04", PDF):
        with suppress(ValidationError):  # and nothing else
            assert inspect(f"a.{extension}", head + content).extension == extension


@given(st.integers(0, 2_000), st.integers(0, 255))
def test_one_wrong_byte_in_a_document_never_breaks_the_judge(place, value):
    content = bytearray(documents.office("docx"))
    content[place % len(content)] = value
    with suppress(ValidationError):  # and nothing else
        assert inspect("a.docx", bytes(content)).extension == "docx"


# --- Names ---


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Ana\\Slides.PPTX", "Slides.pptx"),
        ("..pdf", "file.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u200b\u2066.pdf", "file.pdf"),
        ("", "file"),
        ("日本 のスライド.pdf", "日本 のスライド.pdf"),
        ('semi;colon"quote.pdf', 'semi;colon"quote.pdf'),
        ("Jose\u0301.pdf", "José.pdf"),
    ],
)
def test_hostile_name_is_cleaned(name, cleaned):
    assert uploads.clean_name(name) == cleaned


def test_long_name_keeps_its_ending():
    cleaned = uploads.clean_name("x" * 300 + ".pdf")
    assert (len(cleaned), cleaned[-5:]) == (200, "x.pdf")


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_can_be_kept(name):
    cleaned = uploads.clean_name(name)
    assert 0 < len(cleaned) <= uploads.NAME_LENGTH
    assert not {"/", "\\"} & set(cleaned)
    assert not {unicodedata.category(letter) for letter in cleaned} & {"Cc", "Cf", "Cs"}
    assert clean(cleaned) == cleaned  # the field takes it as it is
    assert uploads.clean_name(cleaned) == cleaned


@given(st.text(max_size=300), st.sampled_from(sorted(uploads.TYPES)))
def test_ending_survives_whatever_stands_before_it(stem, extension):
    assert uploads.extension_of(uploads.clean_name(f"{stem}.{extension.upper()}")) == extension


def test_archive_reads_only_its_directory_before_it_is_judged():
    """The bytes of a bomb are never asked for."""

    class Watched(io.BytesIO):
        asked = 0

        def read(self, size: int | None = -1, /) -> bytes:
            found = super().read(size)
            self.asked += len(found)
            return found

    bomb = Watched(documents.office("pptx", {"ppt/media/image1.bmp": bytes(50_000_000)}))
    with pytest.raises(ValidationError):
        archives.Archive(bomb)
    assert bomb.asked < 2_000
