"""A passkey made and used in a real browser, with an authenticator that Chromium plays."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from members.models import OpenSession
from tests import chromium
from tests.factories import MemberFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASSWORD = "under the shade trees"


@pytest.fixture
def member(transactional_db):
    member = MemberFactory.create(name="Ana Quispe", email="ana@example.org", language="en", zone="America/Lima")
    member.set_password(PASSWORD)
    member.save()
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    return member


def give_authenticator(page: Page) -> None:
    """Let the browser have a telephone's lock of its own, which says yes to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_passkey_is_made_and_signs_in_without_a_password(member, live_server, settings):
    settings.ALLOWED_HOSTS = ["*"]
    address = live_server.url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, not to a number
    with chromium.launched() as browser:
        page = browser.new_context(locale="en").new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{address}/accounts/login/")
        page.locator("main [name=login]").fill(member.email)
        page.locator("main [name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        give_authenticator(page)
        page.goto(f"{address}/accounts/2fa/webauthn/add/")
        page.locator("main [name=password]").fill(PASSWORD)  # once more, for what touches the sign-in
        page.locator("main form button[type=submit]").first.click()
        page.locator("main [name=name]").fill("My telephone")
        if page.locator("main [name=passwordless]").count():
            page.locator("main [name=passwordless]").check()
        page.locator("#mfa_webauthn_add").click()
        expect(page.locator("main")).to_contain_text("recovery codes")
        page.locator("form[action='/accounts/logout/'] button").first.dispatch_event("click")
        page.goto(f"{address}/accounts/login/")
        page.locator("#passkey_login").click()
        expect(page).to_have_url(f"{address}/me/")
        expect(page.locator("main h1")).to_contain_text("Welcome, Ana Quispe")
        assert problems == []
    assert OpenSession.objects.filter(member=member, browser="chrome").exists()
