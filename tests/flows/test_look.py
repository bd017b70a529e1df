"""Every main page on a phone and on a desk: nothing runs off the side, nothing shuts anybody out, no script needed."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from events.models import Event, Question
from events.places import join_link, place_link
from members.models import Application
from notices import stopping
from programs.models import Cohort
from tests import chromium
from tests.flows.people import sign_in
from tests.processes import web

PUBLIC = ["/", "/forest-allies/", "/sske/", "/sske/?edition=sske-2021", "/apply/", "/privacy/", "/code-of-conduct/"]
PUBLIC += ["/community-forest-management/", "/themes/", "/partners/", "/contact/", "/concern/"]
PUBLIC += ["/verify/", "/verify/AAAA-BBBB-CCCC-DDDD/"]
DOORS = [
    "/verify/",
    "/verify/AAAA-BBBB-CCCC-DDDD/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/password/reset/",
    "/nowhere/",
]
OWN = [
    "/me/", "/me/?show=earlier", "/me/participation/", "/me/calendar/", "/me/certificates/", "/me/profile/",
    "/me/messages/", "/accounts/email/", "/accounts/2fa/", "/me/membership/", "/me/data/", "/me/sessions/",
    "/me/consents/", "/me/directory/", "/me/actions/", "/me/contacts/", "/directory/needs/new/",
]  # fmt: skip
HTML_LIMIT = 60_000  # bytes, but for the admin, which is for desks; data is bought by the day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def problems(page: Page, path: str) -> list[str]:
    """What is wrong with the page that is open."""
    found = []
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if width > 0:
        found.append(f"{path} runs {width} px off the side")
    violations = Axe().run(page)["violations"]
    return found + [f"{path}: {one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations]


def look(browser: Browser, address: str, email: str, paths: list[str], width: int, language: str) -> list[str]:
    context = browser.new_context(viewport={"width": width, "height": 740}, locale=language)
    context.add_cookies([{"name": "django_language", "value": language, "url": address}])
    if email:
        sign_in(context, address, email)
    page = context.new_page()
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if "Content Security" in line.text else None)
    for path in paths:
        answer = page.goto(address + path)
        if answer is not None and len(answer.body()) > HTML_LIMIT and not path.startswith("/admin/"):
            found.append(f"{path} weighs {len(answer.body())} bytes")
        found += problems(page, path)
    context.close()
    return found


@pytest.mark.parametrize(("width", "language"), [(360, "en"), (1280, "es"), (360, "fr"), (1280, "pt-br")])
def test_pages_are_open_to_everybody(demo: None, tmp_path: Path, width: int, language: str) -> None:
    workshop = Event.objects.scheduled().filter(kind="workshop", capacity__isnull=False).latest("starts_at")
    gathering = f"/gatherings/{workshop.workshop.gathering.slug}/"
    member = [*OWN, gathering, workshop.get_absolute_url()]
    [seat] = workshop.registrations.confirmed()[:1]
    links = ["/place/1.x/", urlsplit(place_link(seat)).path, urlsplit(join_link(seat)).path]
    links += ["/messages/stop/1.x/", urlsplit(stopping.link("reminder_24h", seat.member_id)).path]
    application = Application.objects.open().earliest("id")
    staff = ["/staff/applications/", f"/staff/applications/{application.pk}/"]
    staff += ["/staff/reports/attendance/", "/staff/reports/attendance/edition/sske-2025/matrix/"]
    staff += ["/staff/reports/attendance/edition/sske-2025/detail/", "/staff/certificates/", "/staff/events/"]
    staff += [f"/staff/certificates/{cohort.pk}/" for cohort in Cohort.objects.filter(edition__slug="sske-2025")]
    staff += [f"/staff/events/{workshop.pk}/check-in/"]
    staff += [f"/staff/events/{workshop.pk}/attendance/", "/admin/programs/session/add/"]
    staff += [f"/staff/events/{workshop.pk}/feedback/"]
    registrations = f"/staff/events/{workshop.pk}/registrations/"
    seated = workshop.registrations.confirmed().earliest("id")
    staff += [registrations, f"{registrations}?state=seated&all=1&find=ana", f"{registrations}{seated.pk}/"]
    staff += ["/staff/reports/attendance/edition/sske-2025/registrations/", "/staff/events/?when=coming"]
    staff += [f"/admin/workshops/workshop/{workshop.pk}/change/"]
    with web(tmp_path) as address, chromium.launched() as browser:
        found = look(browser, address, "", [*PUBLIC, *DOORS, *links], width, language)
        found += look(browser, address, "sanne.devries@example.org", member, width, language)
        found += look(browser, address, "nadia.coulibaly@example.org", staff, width, language)
    assert not found, "\n".join(found)


def test_registering_needs_no_script(demo: None, tmp_path: Path) -> None:
    workshop = Event.objects.scheduled().filter(slug__contains="finance").latest("starts_at")
    with web(tmp_path) as address, chromium.launched() as browser:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
        sign_in(context, address, "ama.boateng@example.org")
        page = context.new_page()
        page.goto(address + workshop.get_absolute_url())
        page.locator("form[action$='/register/'] button").first.press("Enter")  # by keyboard
        assert page.locator("main details.confirm").count() == 1
        page.locator("details.confirm summary").first.press("Enter")
        page.locator("form[action$='/cancel/'] button").first.press("Enter")
        assert page.locator("form[action$='/register/']").count() >= 1


def test_how_to_join_is_in_the_first_screen_of_a_small_phone(demo: None, tmp_path: Path) -> None:
    with web(tmp_path) as address, chromium.launched() as browser:
        for language in ("en", "es", "fr", "pt-br"):
            context = browser.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=False)
            context.add_cookies([{"name": "django_language", "value": language, "url": address}])
            page = context.new_page()
            for path in ("/", "/forest-allies/", "/community-forest-management/"):
                page.goto(address + path)
                box = page.locator("main a[href='/apply/']").first.bounding_box()
                assert box and box["height"] >= 44 and box["y"] + box["height"] <= 640, (language, path, box)


def test_account_pages_lie_folded_on_a_phone_and_beside_the_page_on_a_desk(demo: None, tmp_path: Path) -> None:
    with web(tmp_path) as address, chromium.launched() as browser:
        for width, folded in ((360, True), (1280, False)):
            context = browser.new_context(viewport={"width": width, "height": 740}, java_script_enabled=False)
            sign_in(context, address, "ama.boateng@example.org")
            page = context.new_page()
            page.goto(address + "/me/membership/")
            nav, heading = page.locator(".account-nav"), page.locator("h1").bounding_box()
            assert nav.locator("a").first.is_visible() is not folded
            if folded:
                assert heading and heading["y"] < 300
                nav.locator("summary").click()
            nav.locator("a[href='/me/data/']").click()
            assert page.url == address + "/me/data/"


@pytest.mark.parametrize("width", [360, 1280])
def test_forms_that_come_back_are_open_to_everybody(demo: None, tmp_path: Path, width: int) -> None:
    workshop = Event.objects.scheduled().filter(slug__contains="finance").latest("starts_at")
    Event.objects.filter(pk=workshop.pk).update(capacity=workshop.registrations.seated().count())
    Question.objects.create(event=workshop, words="What do you bring?")
    with web(tmp_path) as address, chromium.launched() as browser:
        context = browser.new_context(viewport={"width": width, "height": 740})
        sign_in(context, address, "ama.boateng@example.org")
        page = context.new_page()
        page.goto(address + workshop.workshop.gathering.get_absolute_url())
        for box in page.locator("input[name=workshops]").all():
            box.check()
        page.locator(".choose-bar button").click()
        found = [] if page.locator("button[name=wait]").count() == 1 else ["the full workshop was not named"]
        found += problems(page, "several workshops, one of them full")
        Question.objects.update(required=True)
        page.goto(address + workshop.get_absolute_url())
        page.locator("details.wishes summary").click()
        page.locator("form[action$='/register/'] button").click()
        found += problems(page, "a required question without an answer")
        found += [] if page.locator(".error-summary a").count() == 1 else ["the question was not named"]
    assert not found, "\n".join(found)


def test_choosing_several_workshops_needs_no_script(demo: None, tmp_path: Path) -> None:
    workshop = Event.objects.scheduled().filter(slug__contains="finance").latest("starts_at")
    Event.objects.filter(pk=workshop.pk).update(capacity=workshop.registrations.seated().count())
    with web(tmp_path) as address, chromium.launched() as browser:
        context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
        sign_in(context, address, "ama.boateng@example.org")
        page = context.new_page()
        page.goto(address + workshop.workshop.gathering.get_absolute_url())
        ticks = page.locator("input[name=workshops]").count()
        for number in range(ticks):
            page.locator("input[name=workshops]").nth(number).press("Space")  # by keyboard
        page.locator(".choose-bar button").press("Enter")
        assert page.locator("input[name=workshops]:checked").count() == ticks
        page.locator("button[name=wait]").press("Enter")
        assert page.locator("input[name=workshops]").count() == 0
