"""The PDF says what the facts say, whatever they are; and the typesetter has limits."""

import io
import re
import unicodedata
from pathlib import Path

import pytest
import segno
from django.conf import settings
from pypdf import PdfReader

from certificates import documents, typesetter
from certificates.facts import Printed
from certificates.models import Document
from tests.certificates.papers import ADDRESS, issued, paper, pdf_of, text_of

HOSTILE = [
    '#read("x")',
    "#for i in range(1000000000) {}",
    "*a* _b_ `c` <d> @e $ f ] } \\n",
    "A $ B",
    'O\'Brien "Ana"',
    "{{7*7}} {% load i18n %}",
    "=1+1",
    "Zoë Núñez d’Ivoire Kwabɛna Ọládàpọ̀",
    "Ана Ελένη",
]


def bare(text: str) -> str:
    """Text without what only sets it: blanks, line breaks, places where a long word may break."""
    return re.sub(r"[\s\u200b]", "", unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_pdf_says_the_facts_in_every_language(language):
    words = paper(language=language)
    text = bare(text_of(pdf_of(words)))
    for name, value in words.as_json().items():
        if name not in {"version", "language", "issuer", "issued_on", "picture"}:
            assert bare(value) in text, name
    assert bare(words.issuer.upper()) in text


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_name_is_printed_as_it_is(name):
    assert bare(name) in bare(text_of(pdf_of(paper(name=name))))


@pytest.mark.parametrize(
    "name",
    [
        "María Fernanda de los Ángeles Rodríguez Quispe-Huamán y Santos de la Cruz Velásquez Condorcanqui Montero",
        "W" * 120,
        "Ñ" * 60 + " " + "g" * 59,
    ],
)
def test_long_name_fits_on_the_page(name):
    pdf = pdf_of(paper(name=name, programme="Programme " * 12))
    [page] = PdfReader(io.BytesIO(pdf)).pages
    edges = []
    page.extract_text(visitor_text=lambda text, cm, tm, *_: edges.append((cm, tm, text)) if text.strip() else None)
    assert bare(name) in bare(text_of(pdf))
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    for cm, tm, text in edges:
        x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
        assert 0 < x < width and 0 < y < height, text


def test_pdf_is_small_tagged_and_names_itself():
    pdf = pdf_of(paper())
    reader = PdfReader(io.BytesIO(pdf))
    assert len(pdf) < 300_000
    assert reader.metadata.title == "Certificate of completion – Ana Lucía Quispe Mamani"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "en"
    assert b"pdfuaid" in pdf


def test_picture_holds_the_address_and_nothing_else(monkeypatch):
    seen, make = [], segno.make
    monkeypatch.setattr(segno, "make", lambda content, **ways: seen.append(content) or make(content, **ways))
    drawn = typesetter.picture(ADDRESS)
    assert seen == [ADDRESS]
    assert drawn.startswith("<svg") and "#123524" in drawn


@pytest.mark.parametrize(
    ("name", "hole"),
    [("李小龍", "李"), ("Zoë \N{WOMAN}\N{EMOJI MODIFIER FITZPATRICK TYPE-5}", "\N{WOMAN}"), ("தமிழ்", "த")],
)
def test_name_that_no_font_has_is_not_printed_with_holes(name, hole):
    [setting] = documents.typeset([paper(name=name)])
    assert not setting.pdf
    assert setting.hole.startswith(hole)
    assert documents.holes([name, "Ana"]) == {name: setting.hole}


def test_arabic_name_is_printed_whole():
    assert documents.holes(["محمد علي"]) == {}
    letters = bare(text_of(pdf_of(paper(name="محمد علي"))))
    assert "\x00" not in letters
    assert set("محمد") <= set(unicodedata.normalize("NFKC", letters))


def test_letters_that_are_taken_for_granted_are_in_the_fonts():
    sure = "".join(sorted(documents._SURE))
    for start in range(0, len(sure), 50):
        [setting] = documents.typeset([paper(name="x" + sure[start : start + 50])])
        assert not setting.problem


def test_names_in_familiar_letters_ask_no_process(monkeypatch):
    monkeypatch.setattr(documents, "_Child", None)
    assert documents.holes(["Ana Quispe", "Kōfi Łukasz", "Núñez d’Ivoire"]) == {}


def test_hanging_typesetter_is_killed_and_reported_and_the_next_one_is_set(monkeypatch, tmp_path):
    program = tmp_path / "typesetter.py"
    source = (
        Path(documents.PROGRAM).read_text().replace("Path(__file__).parent", f"Path({str(documents.PROGRAM.parent)!r})")
    )
    program.write_text(source.replace("    inputs = ", '    while facts["name"] == "hang": pass\n    inputs = '))
    monkeypatch.setattr(documents, "PROGRAM", program)
    monkeypatch.setattr(documents, "PATIENCE", 2.0)
    first, second, third = documents.typeset([paper(), paper(name="hang"), paper()])
    assert first.pdf and third.pdf
    assert second == documents.Setting(problem=documents.OVER_LIMIT)


def test_typesetter_cannot_grow_without_end(monkeypatch):
    monkeypatch.setattr(documents, "ADDRESS_SPACE", 64 << 20)
    [setting] = documents.typeset([paper()])
    assert setting == documents.Setting(problem=documents.OVER_LIMIT)


def test_typesetter_sees_no_secret(monkeypatch, tmp_path):
    program = tmp_path / "typesetter.py"
    answer = 'sys.stdout.write(json.dumps({"problem": repr(dict(os.environ))}) + "\\n"); sys.stdout.flush()'
    program.write_text(f"import json, os, sys\nfor line in sys.stdin: {answer}")
    monkeypatch.setenv("SECRET_KEY", "not for the typesetter")
    monkeypatch.setattr(documents, "PROGRAM", program)
    [setting] = documents.typeset([paper()])
    assert "SECRET" not in setting.problem and "DATABASE" not in setting.problem


def test_document_is_set_once_and_kept(db):
    certificate = issued()
    document = documents.document_of(certificate)
    again = documents.document_of(type(certificate).objects.get(pk=certificate.pk))
    assert (again.pk, bytes(again.pdf)) == (document.pk, bytes(document.pdf))
    assert len(document.sha256) == 64
    assert Document.objects.count() == 1


def test_stored_facts_are_read_back():
    words = paper(language="fr")
    assert Printed.stored(words.as_json()) == words
    assert words.dates == "18 juin – 8 octobre 2025"
    assert "9,5" in words.hours
