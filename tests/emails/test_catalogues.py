"""The catalogues: whole for the mails and for what is printed, sound for everything else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from forestallies.management.commands.collect_messages import LOCALES, PLURALS
from members.models import Application

ROOT = Path(settings.BASE_DIR)
MAIL_CODE = (
    "certificates/facts.py",
    "events/emails.py",
    "events/invitation.py",
    "members/emails.py",
    "notices/render.py",
)
CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|</?\w+>")

LITERAL = r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"\b(?:_|n?gettext)\(\s*u?{LITERAL}")


def catalogue(locale: str) -> polib.POFile:
    return polib.pofile(str(ROOT / f"locale/{locale}/LC_MESSAGES/django.po"), check_for_duplicates=True)


def in_templates(folder: Path) -> Iterator[str]:
    """Find what templates mark for translation, the way `makemessages` sees them."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".txt"):
            for literal in IN_TEMPLATE.findall(templatize(path.read_text(encoding="utf-8"))):
                yield ast.literal_eval(literal)


def in_code(path: Path) -> Iterator[str]:
    """Find what a Python file marks for translation."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            yield ast.literal_eval(node.args[1 if node.func.id.startswith("p") else 0])


def mail_messages() -> set[str]:
    found = set(in_templates(ROOT / "templates/emails"))
    for name in MAIL_CODE:
        found.update(in_code(ROOT / name))
    found.update(node for node in in_code(ROOT / "members/models/applications.py") if node in REASONS)
    return found


REASONS = {str(label) for label in Application.Reason.labels}


def words(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_mail_messages_are_found_in_templates_and_code() -> None:
    found = mail_messages()
    assert "Tomorrow: %(title)s, %(hour)s" in found
    assert "You get an answer by e-mail, usually within %(days)s day." in found
    assert "Open the page" in found  # `label=_("…")` of an include
    assert "Page and joining: %s" in found
    assert found >= REASONS


@pytest.mark.parametrize("locale", LOCALES)
def test_mails_are_complete(locale: str) -> None:
    translated = {entry.msgid for entry in catalogue(locale).translated_entries()}
    assert sorted(mail_messages() - translated) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_catalogue_holds_no_guess_and_no_leftover(locale: str) -> None:
    messages = catalogue(locale)
    assert messages.fuzzy_entries() == []
    assert messages.obsolete_entries() == []


@pytest.mark.parametrize("locale", LOCALES)
def test_translation_keeps_placeholders_and_tags(locale: str) -> None:
    for entry in catalogue(locale).translated_entries():
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for translation in words(entry):
            assert sorted(PLACEHOLDER.findall(translation)) == wanted, entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_translation_keeps_blanks_and_line_breaks_at_its_ends(locale: str) -> None:
    for entry in catalogue(locale).translated_entries():
        for translation in words(entry):
            ends = translation[:1].isspace(), translation[-1:].isspace(), translation.count("\n")
            assert ends == (entry.msgid[:1].isspace(), entry.msgid[-1:].isspace(), entry.msgid.count("\n")), entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_plural_has_two_forms(locale: str) -> None:
    for entry in catalogue(locale).translated_entries():
        if entry.msgid_plural:
            assert sorted(entry.msgstr_plural) == [0, 1], entry.msgid


@pytest.mark.parametrize("locale", LOCALES)
def test_header_is_the_one_that_never_changes(locale: str) -> None:
    messages = catalogue(locale)
    assert messages.metadata == {
        "Project-Id-Version": "Forest Allies portal",
        "Language": locale,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": f"nplurals=2; plural=({PLURALS[locale]});",
    }
    assert messages.header == ""


@pytest.mark.parametrize("locale", LOCALES)
def test_places_are_named_without_lines(locale: str) -> None:
    for entry in catalogue(locale):
        assert all(line == "" for _, line in entry.occurrences), entry.msgid


@pytest.mark.parametrize(
    ("locale", "english", "term"),
    [
        ("es", "workshop", "taller"),
        ("es", "floor language", "idioma de la sala"),
        ("es", "core group", "grupo base"),
        ("fr", "workshop", "atelier"),
        ("fr", "wider group", "groupe élargi"),
        ("fr", "Gatherings", "Rencontres"),
        ("pt_BR", "workshop", "oficina"),
        ("pt_BR", "cohort", "turma"),
        ("pt_BR", "Simultaneous interpretation", "Interpretação simultânea"),
    ],
)
def test_glossary_is_kept(locale: str, english: str, term: str) -> None:
    entry = catalogue(locale).find(english)
    assert entry is not None
    assert entry.msgstr == term


def test_readers_are_addressed_politely() -> None:
    """usted, vous, você: no familiar forms slip in."""
    familiar = {
        "es": r"\b(tú|tu|tus|ti|tienes|puedes|quieres|vos)\b",
        "fr": r"\b(tu|toi|ton|ta|tes)\b",
        "pt_BR": r"\b(tu|teu|tua|teus|tuas|contigo)\b",
    }
    for locale, pattern in familiar.items():
        for entry in catalogue(locale).translated_entries():
            for translation in words(entry):
                assert not re.search(pattern, translation, re.IGNORECASE), f"{locale}: {translation}"
