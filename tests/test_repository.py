"""What is true of the tree as a whole, so that it stays so."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from forestallies.privacy import checks
from tests.processes import ROOT

ROOMS = ("forestallies", "programs", "workshops", "events", "members", "certificates", "notices", "jobs", "audit")
CODE = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
TEMPLATES = list((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if "emails" not in path.parts]

# Rows that are reached only through a row which is itself fetched with visible_to, or that are shared vocabulary.
REACHED_THROUGH_ANOTHER = {
    "members.signininvitation", "members.affiliation", "members.circlemember", "members.consent", "members.theme",
    "members.stakeholdercategory", "members.merged", "members.formeraddress", "members.membershipstep",
    "members.supportedproject", "members.question", "members.applicationdraft", "members.notthesame",
    "members.termversion", "members.termanswer", "members.opensession", "members.addresschange",
    "members.dataexport", "members.importrow", "members.importorganisation", "members.importmapping",
    "events.answer", "events.question", "events.calendarfeed",
    "events.transition", "events.attendance", "events.attendanceevidence", "events.room", "events.roomplace",
    "events.roomnote", "events.segment", "events.materialfile", "events.speakerquestion", "events.speakerquestionvote",
    "events.feedback", "events.feedbacktopic", "events.feedbackreceipt",
    "programs.programme", "programs.module", "programs.sessionplan",
    "programs.enrolment", "certificates.certificate", "certificates.document", "jobs.job", "jobs.submission",
    "audit.entry", "notices.heartbeat", "notices.preference", "notices.refusedaddress",
    "workshops.appearance", "workshops.groupnote", "workshops.openpoint", "workshops.carrying",
    "members.concernstep", "members.project", "programs.partner", "programs.partnerlogo",
}  # fmt: skip


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def own_models():
    return [model for model in apps.get_models() if model._meta.app_label in ROOMS]


def test_nothing_is_published_to_the_broker():
    """A request writes rows; only beat rings. A task with an eta would outlive the broker's visibility timeout."""
    found = [
        f"{relative(path)}: {line.strip()}"
        for path in CODE
        if path.name != "clockwork.py"  # the beat itself
        for line in path.read_text().splitlines()
        if re.search(r"\.(delay|apply_async|send_task)\(|\b(eta|countdown)=", line)
    ]
    assert found == []


def test_every_tick_expires():
    assert [name for name, entry in settings.CELERY_BEAT_SCHEDULE.items() if "expires" not in entry["options"]] == []


def test_files_stay_short():
    long = {relative(path): len(path.read_text().splitlines()) for path in CODE}
    assert {path: lines for path, lines in long.items() if lines > 450} == {}


@pytest.mark.parametrize(
    "banned", [r"\|safe\b", r"\sstyle=", r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", r"\son\w+="]
)
def test_pages_hold_no_inline_style_script_or_unescaped_words(banned):
    assert [relative(path) for path in PAGES if re.search(banned, path.read_text())] == []


def test_every_form_that_changes_something_carries_its_key():
    """Our POST forms go through `jobs.submissions.once`; those of accounts, languages and the demo do not.

    Nor do notes: they are saved every few seconds, and their version tells whether the words were kept already.
    """
    others = {"account", "mfa", "allauth", "demo", "admin"}
    missing = []
    for path in PAGES:
        text = path.read_text()
        for form in re.findall(r"<form[^>]*method=.post.*?</form>", text, re.DOTALL):
            ours = not others & set(path.relative_to(ROOT / "templates").parts)
            exempt = re.search(r"set_language|account_logout|members/welcome", form)
            exempt = exempt or path.name in ("welcome.html", "_note.html")
            if ours and not exempt and not re.search(r"submission", form) and "{% include" not in form:
                missing.append(relative(path))
    assert missing == []


def test_every_model_says_who_may_see_it():
    silent = {
        model._meta.label_lower for model in own_models() if not hasattr(model._default_manager.all(), "visible_to")
    }
    assert silent == REACHED_THROUGH_ANOTHER


def test_new_field_fails_the_check_until_it_is_classified(monkeypatch):
    assert checks.check_every_field_is_classified(None) == []
    table = {label: dict(fields) for label, fields in checks.classification().items()}
    del table["members.member"]["email"]
    table["members.member"]["shoe_size"] = "blank"
    monkeypatch.setattr(checks, "classification", lambda: table)
    assert {message.id for message in checks.check_every_field_is_classified(None)} == {"privacy.E001", "privacy.E002"}


def test_every_column_of_the_database_is_classified(db):
    """The classification is of fields; this holds it against what the database really has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'")
        columns = set(cursor.fetchall())
    known = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.local_fields
    }
    technical = {"django_migrations", "django_cache"}  # the cache holds counters under hashed keys
    assert {column for column in columns if column[0] not in technical} == known


@pytest.mark.parametrize("name", ["production", "embedded", "test"])
def test_lock_files_carry_hashes_and_no_addresses(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    packages = re.findall(r"^[a-z0-9][\w.\-\[\]]*==", text, re.MULTILINE | re.IGNORECASE)
    assert packages and len(re.findall(r"--hash=sha256:", text)) >= len(packages)
    assert "://" not in text


def test_each_dependency_gives_its_reason():
    text = (ROOT / "pyproject.toml").read_text()
    dependencies = re.findall(r'^    "[a-z][\w\-\[\]]*[<>=~].*$', text, re.MULTILINE)
    assert len(dependencies) > 20
    assert [line for line in dependencies if "#" not in line] == []
