"""Posting, changing, releasing and removing the materials of an event."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction

from audit.models import Entry
from events.actions import materials
from events.actions.materials import MaterialRefused, Words
from events.models import Material, MaterialFile, Role
from tests.factories import CircleFactory, MaterialFactory, RoleFactory

PDF = b"%PDF-1.7\nslides"


def file(name="Slides.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def post_file(event, by, at, *, title="", upload=None, moment=None, **words) -> Material:
    said = Words(title=title, **words)
    return materials.post_file(event=event, words=said, file=upload or file(), moment=moment, by=by, at=at)


def post_link(event, by, at, url="https://files.example.org/terms", *, moment=None, **words) -> Material:
    said = Words(**{"title": "Terms", **words})
    return materials.post_link(event=event, words=said, url=url, moment=moment, by=by, at=at)


def test_file_is_kept_with_what_was_found_in_it(workshop, bo, at):
    made = post_file(workshop, bo, at, title="Our slides", upload=file("../Slides final.PDF"), language="es")
    made.refresh_from_db()
    assert (made.name, made.content_type, made.size) == ("Slides final.pdf", "application/pdf", len(PDF))
    assert (made.title, made.language, made.released_at, made.posted_by) == ("Our slides", "es", None, bo)
    assert bytes(made.file.content) == PDF
    entry = Entry.objects.about(made).get()
    assert (entry.verb, entry.actor_id, entry.detail["size"]) == ("material.posted", bo.pk, len(PDF))
    assert "slides" not in str(entry.detail).lower().replace("'kind': 'slides'", "")  # no words that a person wrote


def test_file_without_a_title_is_called_as_its_name(workshop, bo, at):
    assert post_file(workshop, bo, at, upload=file("Cocoa 2026.final.pdf")).title == "Cocoa 2026.final"


def test_bytes_are_stored_so_that_a_part_can_be_read(db):
    """EXTERNAL: kept outside the row and not compressed, or each slice would unpack the whole file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attstorage FROM pg_attribute"
            " WHERE attrelid = 'events_materialfile'::regclass AND attname = 'content'"
        )
        assert cursor.fetchone() == ("e",)


def test_harmful_file_leaves_nothing_behind(workshop, bo, at):
    with pytest.raises(ValidationError, match="something else"):
        post_file(workshop, bo, at, upload=file("a.pdf", b"<!doctype html>"))
    assert not Material.objects.exists() and not Entry.objects.filter(verb__startswith="material").exists()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "\tjavascript:alert(1)", "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>", "vbscript:msgbox", "ftp://files.example.org/a", "//evil.example",
        "https:evil.example", "https:///evil.example", "https:\\\\evil.example", "https://good.example\\@evil.example",
        "https://good.example@evil.example/", "http://", "https://?", "file:///etc/passwd", "mailto:a@example.org",
        "https://a.example/\r\nSet-Cookie: x=1", "https://a.example/a b", "", "x", "https://\u202eexample.org/",
        "https://[::1", "https://" + "a" * 600 + ".example",
    ],
)  # fmt: skip
def test_only_addresses_of_web_pages_are_links(workshop, bo, at, url):
    with pytest.raises((ValidationError, MaterialRefused)):
        post_link(workshop, bo, at, url)
    assert not Material.objects.exists()


@pytest.mark.parametrize(
    "url", ["https://files.example.org/a?b=c&d=%20#e", "http://example.org", "HTTPS://Example.org/ñ"]
)
def test_addresses_of_web_pages_are_taken(workshop, bo, at, url):
    assert post_link(workshop, bo, at, url).url == url


def test_co_facilitator_and_member_post_nothing(workshop, ana, at):
    RoleFactory.create(event=workshop, member=ana, kind=Role.Kind.CO_FACILITATOR)
    with pytest.raises(PermissionDenied):
        post_link(workshop, ana, at)
    with pytest.raises(PermissionDenied):
        post_file(workshop, ana, at)
    Role.objects.update(kind=Role.Kind.FACILITATOR)
    assert post_link(workshop, ana, at).posted_by == ana


def test_event_keeps_so_many_and_no_more(workshop, bo, at, monkeypatch):
    monkeypatch.setattr(materials, "MOST", 2)
    post_link(workshop, bo, at)
    post_file(workshop, bo, at)
    with pytest.raises(MaterialRefused, match="at most 2 materials"):
        post_link(workshop, bo, at)
    assert workshop.materials.count() == 2


def test_files_of_an_event_have_so_many_bytes_and_no_more(workshop, bo, at, monkeypatch):
    monkeypatch.setattr(materials, "MOST_BYTES", 2 * len(PDF))
    for _ in range(2):
        post_file(workshop, bo, at)
    with pytest.raises(MaterialRefused, match="MB in all"):
        post_file(workshop, bo, at)
    post_link(workshop, bo, at)
    assert workshop.materials.count() == 3


def test_only_circles_of_the_audience_can_be_named(workshop, bo, at):
    inside, outside = CircleFactory.create(), CircleFactory.create()
    workshop.audience.add(inside)
    assert list(post_link(workshop, bo, at, audience=(inside,)).audience.all()) == [inside]
    with pytest.raises(MaterialRefused, match="does not belong"):
        post_link(workshop, bo, at, audience=(inside, outside))


def test_release_now_later_and_back(workshop, bo, at):
    made, later = post_link(workshop, bo, at), at + timedelta(hours=3)
    assert materials.release(material=made, moment=later, by=bo, at=at).released_at == later
    assert materials.release(material=made, moment=at, by=bo, at=at).released_at == at
    assert materials.take_back(material=made, by=bo, at=at).released_at is None
    verbs = list(Entry.objects.about(made).order_by("id").values_list("verb", flat=True))
    assert verbs == ["material.posted", "material.released", "material.released", "material.taken_back"]


def test_what_is_seen_already_is_not_released_once_more(workshop, bo, at):
    """Its hour would move on, and people would be told of it again."""
    made = post_link(workshop, bo, at, moment=at)
    later = at + timedelta(hours=1)
    assert materials.release(material=made, moment=later, by=bo, at=later).released_at == at


def test_hour_that_is_over_is_refused(workshop, bo, at):
    before = at - timedelta(minutes=1)
    with pytest.raises(MaterialRefused, match="over"):
        materials.release(material=post_link(workshop, bo, at), moment=before, by=bo, at=at)
    with pytest.raises(MaterialRefused, match="over"):
        post_link(workshop, bo, at, moment=before)


def test_material_of_the_team_is_never_released(workshop, bo, at):
    made = post_file(workshop, bo, at, moment=at, visibility="team")
    assert made.released_at is None
    with pytest.raises(MaterialRefused, match="see it already"):
        materials.release(material=made, moment=at, by=bo, at=at)


def test_change_to_the_team_takes_it_back_and_forgets_its_circles(workshop, bo, at):
    made = post_link(workshop, bo, at, moment=at, audience=(workshop.home,))
    words = Words(title="Words", visibility="team", kind="terms", language="fr")
    changed = materials.change(material=made, words=words, url="https://other.example", by=bo, at=at)
    assert (changed.title, changed.kind, changed.language, changed.url) == (
        "Words", "terms", "fr", "https://other.example",
    )  # fmt: skip
    assert (changed.released_at, changed.audience.count()) == (None, 0)


def test_change_keeps_the_file_and_refuses_bad_links(workshop, bo, at):
    made = post_file(workshop, bo, at)
    materials.change(material=made, words=Words(title="New"), url="javascript:alert(1)", by=bo, at=at)
    made.refresh_from_db()
    assert (made.title, made.url, made.name) == ("New", "", "Slides.pdf")
    with pytest.raises(ValidationError):
        materials.change(
            material=post_link(workshop, bo, at), words=Words(title="x"), url="javascript:alert(1)", by=bo, at=at
        )


def test_change_without_a_title_is_a_sentence(workshop, bo, at):
    with pytest.raises(MaterialRefused):
        materials.change(material=post_file(workshop, bo, at), words=Words(title=""), by=bo, at=at)


def test_removed_is_gone_with_its_bytes(workshop, bo, at):
    made = post_file(workshop, bo, at)
    pk = made.pk
    materials.remove(material=made, by=bo, at=at)
    assert not Material.objects.exists() and not MaterialFile.objects.exists()
    assert Entry.objects.filter(verb="material.removed", subject_id=pk).count() == 1
    with pytest.raises(MaterialRefused, match="removed meanwhile"):
        materials.release(material=Material(pk=pk, event=workshop), moment=at, by=bo, at=at)


def test_row_is_a_file_or_a_link_and_never_both(workshop, at):
    with pytest.raises(IntegrityError, match="material_is_file_or_link"), transaction.atomic():
        MaterialFactory.create(event=workshop, size=3, name="a.pdf")
    with pytest.raises(IntegrityError, match="material_is_file_or_link"), transaction.atomic():
        MaterialFactory.create(event=workshop, url="")
