"""Materials on the pages: who opens what, how a file is handed out, and what the team does with them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.html import escape

from events import downloads
from events.models import Event, Material, MaterialFile, Role
from events.places import ASSIGNMENT, PLACE
from tests import documents
from tests.factories import (
    CircleFactory,
    MaterialFactory,
    MemberFactory,
    RegistrationFactory,
    RoleFactory,
    WorkshopFactory,
    join,
)
from tests.world import sign_in

PDF = b"%PDF-1.7\nslides"
pytestmark = pytest.mark.usefixtures("clock")  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def as_bo(bo):
    bo.language = "en"
    bo.save(update_fields=["language"])
    return sign_in(bo)


@pytest.fixture
def english(ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    return ana


def kept(event, content=PDF, name="Slides.pdf", **more) -> Material:
    file = {"url": "", "name": name, "size": len(content), "content_type": "application/pdf", "sha256": "ab" * 32}
    made = MaterialFactory.create(event=event, **{**file, **more})
    MaterialFile.objects.create(material=made, content=content)
    return made


def opened(browser, material):
    return browser.get(reverse("material_download", args=[material.pk]))


def by_role(browser, role, material):
    return browser.get(reverse("material_download_role", args=[ASSIGNMENT.token(role.pk), material.pk]))


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


# --- Handing out ---


def test_file_is_handed_out_as_something_to_keep_under_a_closed_policy(as_ana, workshop):
    answer = opened(as_ana, kept(workshop))
    assert (answer.status_code, body(answer)) == (200, PDF)
    assert {name: answer.headers[name] for name in (
        "Content-Type", "Content-Length", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy",
        "Cache-Control",
    )} == {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Content-Disposition": 'attachment; filename="Slides.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ('a"b;c.pdf', 'attachment; filename="a\\"b;c.pdf"'),
        ("日本.pdf", "attachment; filename*=utf-8''%E6%97%A5%E6%9C%AC.pdf"),
        ("a\\b.pdf", 'attachment; filename="a\\\\b.pdf"'),
    ],
)
def test_hostile_name_stays_one_header(as_ana, workshop, name, header):
    answer = opened(as_ana, kept(workshop, name=name))
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, header)
    body(answer)


def test_large_file_comes_in_slices_and_never_whole(as_ana, workshop, django_assert_num_queries):
    content = bytes(range(256)) * 80_000  # 20.48 MB
    answer = opened(as_ana, kept(workshop, content))
    with django_assert_num_queries(40):
        pieces = [bytes(piece) for piece in answer.streaming_content]
    assert {len(piece) for piece in pieces[:-1]} == {downloads.SLICE} and len(pieces[-1]) < downloads.SLICE
    assert downloads.SLICE <= 1_000_000
    assert b"".join(pieces) == content


def test_file_removed_while_it_is_read_breaks_off_aloud(as_ana, workshop):
    answer = opened(as_ana, kept(workshop, bytes(2 * downloads.SLICE)))
    pieces = iter(answer.streaming_content)
    assert len(next(pieces)) == downloads.SLICE
    Material.objects.all().delete()
    with pytest.raises(downloads.RemovedMeanwhile):
        next(pieces)


def test_head_tells_the_size_and_reads_nothing(as_ana, workshop, django_assert_num_queries):
    address = reverse("material_download", args=[kept(workshop).pk])
    with django_assert_num_queries(3):  # session, reader, material
        answer = as_ana.head(address)
    assert (answer.status_code, answer.headers["Content-Length"], answer.content) == (200, str(len(PDF)), b"")


def test_unchanged_file_is_not_sent_again(as_ana, workshop):
    address = reverse("material_download", args=[kept(workshop).pk])
    etag = as_ana.head(address).headers["ETag"]
    again = as_ana.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert as_ana.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_link_leads_there_and_only_to_the_web(as_ana, workshop):
    material = MaterialFactory.create(event=workshop, url="https://files.example.org/a?b=c#d")
    answer = opened(as_ana, material)
    assert (answer.status_code, answer.url) == (303, "https://files.example.org/a?b=c#d")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://a.example/x"])
def test_link_that_came_in_another_way_is_not_followed(as_ana, workshop, url):
    material = MaterialFactory.create(event=workshop)
    Material.objects.filter(pk=material.pk).update(url=url)
    assert opened(as_ana, material).status_code == 404


# --- Who opens what ---


def test_released_material_opens_for_its_audience_only(as_ana, cy, workshop):
    material = kept(workshop)
    assert opened(as_ana, material).status_code == 200
    assert opened(sign_in(cy), material).status_code == 404
    assert opened(sign_in(None), material).url.startswith(reverse("account_login"))


@pytest.mark.parametrize("change", [{"released_at": None}, {"visibility": "team"}])
def test_what_is_not_for_her_yet_is_unknown(as_ana, as_bo, workshop, change):
    material = kept(workshop, **change)
    assert opened(as_ana, material).status_code == 404
    assert opened(as_bo, material).status_code == 200


def test_planned_material_opens_at_its_hour(as_ana, workshop, at, clock):
    material = kept(workshop, released_at=at + timedelta(hours=1))
    assert opened(as_ana, material).status_code == 404
    clock.move_to(at + timedelta(hours=1))
    assert opened(as_ana, material).status_code == 200


def test_material_of_a_draft_is_unknown(as_ana, workshop):
    material = kept(workshop)
    Event.objects.update(state="draft")
    assert opened(as_ana, material).status_code == 404


def test_material_for_some_circles_is_unknown_to_the_others(as_ana, community, workshop):
    inner = CircleFactory.create(name="Peru")
    workshop.audience.add(inner)
    material = kept(workshop)
    material.audience.add(inner)
    eva = join(MemberFactory.create(), inner)
    assert opened(as_ana, material).status_code == 404
    assert opened(sign_in(eva), material).status_code == 200


def test_who_has_a_role_opens_all_of_that_event_and_of_no_other(cy, workshop):
    other = kept(WorkshopFactory.create().event_ptr)
    material = kept(workshop, visibility="team", released_at=None)
    role = RoleFactory.create(event=workshop, member=cy, kind=Role.Kind.SPEAKER, state="invited")
    browser = sign_in(cy)
    assert [opened(browser, one).status_code for one in (material, other)] == [200, 404]
    role.state = "declined"
    role.save()
    assert opened(browser, material).status_code == 404


# --- The link of a role ---


@pytest.mark.parametrize("change", [{}, {"released_at": None}, {"visibility": "team", "released_at": None}])
def test_link_of_a_role_opens_everything_of_its_event(workshop, change):
    role = RoleFactory.create(event=workshop, kind=Role.Kind.INTERPRETER, channel="es")
    answer = by_role(sign_in(None), role, kept(workshop, **change))
    assert (answer.status_code, body(answer)) == (200, PDF)
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_link_of_a_role_opens_no_other_event(workshop):
    role = RoleFactory.create(event=workshop)
    assert by_role(sign_in(None), role, kept(WorkshopFactory.create().event_ptr)).status_code == 404


@pytest.mark.parametrize("state", ["declined", "replaced"])
def test_link_of_a_role_that_ended_opens_nothing(workshop, state):
    role = RoleFactory.create(event=workshop, state=state)
    assert by_role(sign_in(None), role, kept(workshop)).status_code == 404


def test_links_of_other_kinds_and_closed_accounts_open_nothing(ana, workshop):
    material = kept(workshop)
    place = RegistrationFactory.create(event=workshop, member=ana)
    role = RoleFactory.create(event=workshop, member=MemberFactory.create(is_active=False))
    for token in (PLACE.token(place.pk), f"{role.pk}.x", "x", ASSIGNMENT.token(role.pk), ASSIGNMENT.token(999_999)):
        address = reverse("material_download_role", args=[token, material.pk])
        assert sign_in(None).get(address).status_code == 404


# --- On the page of the event ---


def test_page_of_the_event_shows_hers_first_with_type_and_size(as_ana, english, workshop):
    kept(workshop, bytes(1_500_000), title="Láminas", language="es", kind="slides")
    MaterialFactory.create(event=workshop, title="Terms", language="en")
    kept(workshop, title="Secret", released_at=None)
    text = as_ana.get(workshop.get_absolute_url()).content.decode()
    assert text.index("Terms") < text.index("Láminas")
    assert "PDF, 1.4\xa0MB" in text and "link to files.example.org" in text and "Secret" not in text


def test_page_of_an_event_without_materials_says_nothing_of_them(as_ana, english, workshop):
    kept(workshop, title="Secret", released_at=None)
    assert "Materials" not in as_ana.get(workshop.get_absolute_url()).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_page_of_the_event_costs_the_same_for_one_and_three(
    as_ana, english, workshop, number, django_assert_num_queries
):
    for _ in range(number):
        kept(workshop)
    as_ana.get(workshop.get_absolute_url())
    with django_assert_num_queries(13):
        as_ana.get(workshop.get_absolute_url())


# --- The team's page ---


def address(event) -> str:
    return reverse("material_list", args=[event.pk])


def send(browser, event, do, **fields):
    given = {"kind": "slides", "visibility": "audience", "when": "later", "language": "", "title": "Slides"}
    return browser.post(address(event), {"submission": uuid4(), "do": do, **given, **fields})


def upload(name="Slides.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def press(browser, event, button, material, key=None):
    return browser.post(address(event), {"submission": key or uuid4(), button: material.pk})


def said(browser, event) -> list[str]:
    return [str(message) for message in browser.get(address(event)).context["messages"]]


def test_file_is_posted_and_seen_now(as_bo, as_ana, workshop, at):
    assert send(as_bo, workshop, "file", file=upload(), when="now", language="es").status_code == 302
    made = Material.objects.get()
    assert (made.title, made.released_at, made.language) == ("Slides", at, "es")
    assert body(opened(as_ana, made)) == PDF
    assert said(as_bo, workshop) == ["The file is posted."]


def test_link_is_planned_for_an_hour_of_the_events_zone(as_bo, workshop):
    Event.objects.update(zone="America/Lima")
    answer = send(as_bo, workshop, "link", url="https://a.example/x", when="hour", day="2026-12-01", hour="18:00")
    assert answer.status_code == 302
    assert f"{Material.objects.get().released_at:%Y-%m-%d %H:%M %Z}" == "2026-12-01 23:00 UTC"
    text = as_bo.get(address(workshop)).content.decode()
    assert "from Tuesday, 1 December 2026, 18:00 (Lima, UTC−5)" in text
    assert "the zone of this event" in text


def test_double_click_posts_once(as_bo, workshop):
    key = uuid4()
    for _ in range(2):
        assert send(as_bo, workshop, "file", file=upload(), submission=key).status_code == 302
    assert Material.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"file": upload("a.pdf", b"<!doctype html>")}, "its content is something else"),
        ({"file": upload("a.svg", b"<svg/>")}, "Files of this type are not taken"),
        ({"file": upload("a.pptx", documents.office("pptx", {"a.bmp": bytes(9_000_000)}))}, "too large when it is"),
        ({"file": upload("a.pdf", b"")}, "empty"),
        ({}, "This field is required"),
        ({"file": upload(), "when": "hour", "day": "2026-12-01"}, "Please give the day and the hour"),
        ({"file": upload(), "when": "hour", "day": "2020-01-01", "hour": "9:00"}, "That hour is over"),
        ({"file": upload(), "title": "turned\u202eround"}, "reading direction"),
        ({"file": upload(), "title": "x" * 161}, "at most 160"),
        ({"file": upload(), "kind": "virus"}, "not one of the available choices"),
    ],
)
def test_bad_file_is_a_sentence_and_the_words_stay(as_bo, workshop, fields, words):
    fields = {name: upload(value.name, value.file.getvalue()) if name == "file" else value
              for name, value in fields.items()}  # fmt: skip
    answer = send(as_bo, workshop, "file", **{"title": "My <b>words</b>", "language": "fr", **fields})
    text = answer.content.decode()
    assert answer.status_code == 422 and words in text and not Material.objects.exists()
    assert escape(fields.get("title", "My <b>words</b>")) in text and '<option value="fr" selected>' in text
    assert "Please choose it again" in text


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "ftp://a.example", "//evil"])
def test_bad_link_is_a_sentence_and_stays(as_bo, workshop, url):
    answer = send(as_bo, workshop, "link", url=url)
    assert answer.status_code == 422 and not Material.objects.exists()
    assert "beginning with https://" in answer.content.decode() and f'value="{url}"' in answer.content.decode()


def test_clock_that_jumps_is_a_sentence(as_bo, workshop):
    Event.objects.update(zone="Europe/Paris")
    answer = send(as_bo, workshop, "link", url="https://a.example", when="hour", day="2027-03-28", hour="02:30")
    assert answer.status_code == 422 and "jump over that time" in answer.content.decode()


@pytest.mark.parametrize("size", [1_200_000, 6_000_000])
def test_too_large_file_is_cut_off_with_a_sentence(as_bo, workshop, settings, size):
    """The second is far beyond: it is not even received to its end."""
    settings.MATERIAL_MAX_MB = 1
    answer = send(as_bo, workshop, "file", title="Kept words", file=upload(content=PDF + bytes(size)))
    text = answer.content.decode()
    assert answer.status_code == 422 and "at most 1 MB are taken" in text and 'value="Kept words"' in text
    assert not Material.objects.exists()


def test_nobody_fills_the_disk_with_files_on_other_pages(client, settings, community):
    """A stranger sends a large file to a page that wants none: nothing of it is kept beyond the limit."""
    settings.MATERIAL_MAX_MB = 1
    answer = client.post(reverse("apply"), {"name": "x", "file": upload(content=bytes(1_500_000))})
    assert answer.status_code == 422 and not answer.wsgi_request.FILES


def test_buttons_release_take_back_and_remove(as_bo, workshop, at):
    material = MaterialFactory.create(event=workshop, released_at=None)
    seen = []
    for button in ("release", "take_back", "remove"):
        assert press(as_bo, workshop, button, material).status_code == 302
        seen.append(Material.objects.filter(pk=material.pk).values_list("released_at", flat=True).first())
    assert seen == [at, None, None] and not Material.objects.exists()
    assert said(as_bo, workshop)[-1] == "The material is removed."


def test_second_click_on_remove_says_the_same_and_a_new_page_says_it_is_gone(as_bo, workshop):
    material, key = MaterialFactory.create(event=workshop), uuid4()
    assert [press(as_bo, workshop, "remove", material, key).status_code for _ in range(2)] == [302, 302]
    answer = press(as_bo, workshop, "remove", material)
    assert answer.status_code == 422 and "removed meanwhile" in answer.content.decode()


def test_material_of_another_event_is_out_of_reach(as_bo, workshop):
    foreign = MaterialFactory.create(event=WorkshopFactory.create().event_ptr)
    assert press(as_bo, workshop, "remove", foreign).status_code == 422
    assert as_bo.get(reverse("material_change", args=[workshop.pk, foreign.pk])).status_code == 404
    assert Material.objects.filter(pk=foreign.pk).exists()


@pytest.mark.parametrize("data", [{}, {"remove": "x"}, {"remove": "9" * 30}, {"do": "explode"}, {"release": ""}])
def test_unclear_form_is_a_sentence(as_bo, workshop, data):
    answer = as_bo.post(address(workshop), {"submission": uuid4(), **data})
    assert answer.status_code == 422 and "nothing was changed" in answer.content.decode()


def test_change_page_saves_words_and_hour(as_bo, workshop):
    material = MaterialFactory.create(event=workshop, released_at=None)
    path = reverse("material_change", args=[workshop.pk, material.pk])
    fields = {"title": "New words", "kind": "terms", "language": "fr", "visibility": "audience"}
    assert as_bo.post(path, {"submission": uuid4(), **fields, "url": "https://new.example"}).status_code == 302
    hour = {"do": "hour", "day": "2026-12-01", "hour": "09:30"}
    assert as_bo.post(path, {"submission": uuid4(), **hour}).status_code == 302
    material.refresh_from_db()
    assert (material.title, material.url, material.language) == ("New words", "https://new.example", "fr")
    assert f"{material.released_at:%d %H:%M}" == "01 09:30"
    wrong = as_bo.post(path, {"submission": uuid4(), **fields, "title": "Kept", "url": "javascript:x"})
    assert wrong.status_code == 422 and 'value="Kept"' in wrong.content.decode()


def test_facilitator_by_role_works_here_and_co_facilitator_does_not(ana, workshop):
    role = RoleFactory.create(event=workshop, member=ana, kind=Role.Kind.FACILITATOR)
    assert sign_in(ana, second_factor=False).get(address(workshop)).status_code == 200
    role.kind = Role.Kind.CO_FACILITATOR
    role.save()
    assert sign_in(ana).get(address(workshop)).status_code == 403
    assert send(sign_in(ana), workshop, "link", url="https://a.example").status_code == 403


@pytest.mark.parametrize("number", [1, 3, 40])
def test_list_costs_the_same_and_stays_light(as_bo, workshop, number, django_assert_num_queries):
    inner = CircleFactory.create(name="Peru")
    workshop.audience.add(inner)
    for _ in range(number):
        kept(workshop).audience.add(inner)
    as_bo.get(address(workshop))
    with django_assert_num_queries(10):
        answer = as_bo.get(address(workshop))
    assert len(answer.content) < 60_000


def test_hostile_words_are_shown_as_typed(as_bo, as_ana, workshop):
    title = "<script>alert(1)</script> {{7*7}} '\""
    assert send(as_bo, workshop, "file", title=title, file=upload("<img src=x>.pdf")).status_code == 302
    material = Material.objects.get()
    Material.objects.update(released_at=material.created_at)
    change = reverse("material_change", args=[workshop.pk, material.pk])
    for answer in (as_bo.get(address(workshop)), as_bo.get(change), as_ana.get(workshop.get_absolute_url())):
        assert escape(title) in answer.content.decode() and "<script>alert" not in answer.content.decode()
    assert material.name == "<img src=x>.pdf"
