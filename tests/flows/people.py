"""What people do in the portal, click by click."""

import re
import time
from pathlib import Path

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, expect

from members.models import Member
from members.policies import SECOND_FACTOR_PROVED
from tests.processes import Sink, wait_for

PASSWORD = "under the shade trees"


class Person:
    """Somebody with a browser of her own and a mailbox."""

    def __init__(self, context: BrowserContext, address: str, sink: Sink, email: str = "") -> None:
        self.context, self.address, self.sink, self.email = context, address, sink, email
        self.page: Page = context.new_page()
        self.secret = ""  # of her one-time codes, once she has set them up
        self.problems: list[str] = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self.note)

    def note(self, line: ConsoleMessage) -> None:
        """Keep what the browser complains of, but for a form that came back with its mistakes named."""
        if line.type == "error" and "status of 422" not in line.text:
            self.problems.append(f"{line.text} {line.location['url']}")

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path if path.startswith("/") else path)
        return self.page

    def mails(self, subject: str) -> list[str]:
        """The texts of the mails to this person whose subject contains some words, oldest first."""
        found = []
        for mail in self.sink.mails():
            if self.email in str(mail["To"]) and subject in str(mail["Subject"]):
                body = mail.get_body(("plain",))
                found.append(body.get_content() if body else "")
        return found

    def calendar(self, subject: str) -> bytes:
        """The calendar part of the first mail whose subject contains some words."""
        found = next(mail for mail in self.sink.mails() if self.email in str(mail["To"]) and subject in mail["Subject"])
        part = next(part for part in found.walk() if part.get_content_type() == "text/calendar")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content

    def mail(self, subject: str, *, number: int = 1) -> str:
        """Wait for the mail and give its text."""
        wait_for(lambda: len(self.mails(subject)) >= number, f"mail {subject!r} to {self.email}", patience=90)
        return self.mails(subject)[number - 1]

    def link_in(self, text: str, part: str) -> str:
        return next(link for link in re.findall(r"https?://\S+", text) if part in link)

    def submit(self, action: str) -> None:
        """Press the button of the form that goes to an address."""
        self.page.locator(f"form[action*='{action}'] button[type=submit]").first.click()

    def sign_in(self, password: str = PASSWORD) -> None:
        self.open("/accounts/login/")
        self.page.locator("main input[name=login]").fill(self.email)
        self.page.locator("input[type=password]").fill(password)
        self.page.locator("form:has(input[type=password]) button[type=submit]").first.click()

    def sign_out(self) -> None:
        self.open("/accounts/logout/")
        self.page.locator("main form button[type=submit]").click()

    def grow_stale(self) -> None:
        """Let an hour pass since she last proved who she is."""
        key = next(cookie["value"] for cookie in self.context.cookies() if cookie["name"] == "sessionid")
        session = SessionStore(key)
        for record in session[AUTHENTICATION_METHODS_SESSION_KEY]:
            record["at"] -= 3600
        session.save()

    def download(self, link: Locator) -> bytes:
        """Follow a link that hands over a file."""
        with self.page.expect_download() as download:
            link.click()
        return Path(download.value.path()).read_bytes()

    def sign_in_by_code(self) -> None:
        before = len(self.mails("code"))
        self.open("/accounts/login/code/")
        self.page.locator("main input[name=email]").fill(self.email)
        self.page.locator("main form button[type=submit]").first.click()
        text = self.mail("code", number=before + 1)
        code = re.search(r"^\s*([A-Z0-9]{3,6}-?[A-Z0-9]{3,6})\s*$", text, re.MULTILINE)
        assert code, text
        self.page.locator("input[name=code]").fill(code[1])
        self.page.locator("main form:has(input[name=code]) button[type=submit]").first.click()

    def set_up_one_time_codes(self) -> None:
        """Where the portal asks for it: confirm the password, read the secret, compute the code, send it."""
        self.page.locator("main input[type=password]").fill(PASSWORD)
        self.page.locator("main form:has(input[type=password]) button[type=submit]").first.click()
        expect(self.page.locator("input[name=code]")).to_be_visible()
        self.secret = self.page.locator("code.secret").inner_text().strip()
        self.send_one_time_code()

    def send_one_time_code(self) -> None:
        """Send the code of the moment; one that is about to change might come too late."""
        wait_for(lambda: time.time() % 30 < 25, "the next one-time code")
        self.page.locator("input[name=code]").fill(current_code(self.secret))
        self.page.locator("main form:has(input[name=code]) button[type=submit]").first.click()


def current_code(secret: str) -> str:
    counter = int(time.time()) // 30
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def sign_in(context: BrowserContext, address: str, email: str) -> None:
    """Put a signed-in session, second factor proved, into a browser."""
    member = Member.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session[SECOND_FACTOR_PROVED] = str(member.pk)
    session.create()
    context.add_cookies([{"name": "sessionid", "value": session.session_key or "", "url": address}])
