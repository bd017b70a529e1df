"""The broker hangs: people sign in and register as if nothing were wrong, and their mails leave when it is back."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import redis
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.urls import reverse

from events.models import Registration
from members.models import Member
from notices.models import Notice
from tests.browsing import Browser, Page
from tests.factories import CommunityFactory, MemberFactory, WorkshopFactory, join
from tests.processes import mail_sink, wait_for, web, worker

LIMIT = 2.0  # seconds that an answer may take
PASSWORD = "under the shade trees"

pytestmark = [pytest.mark.drills, pytest.mark.django_db(transaction=True)]


@contextmanager
def stopped_broker() -> Iterator[None]:
    """Stop the broker with SIGSTOP: it takes connections and never answers, which is worse than being gone."""
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        pid = broker.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def timed(act: Callable[[], Page]) -> Page:
    started = time.monotonic()
    page = act()
    taken = time.monotonic() - started
    assert taken < LIMIT, f"{page.url} took {taken:.1f} s"
    return page


@pytest.fixture
def ana() -> Member:
    password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    member = MemberFactory.create(email="ana@example.org", name="Ana Quispe", password=password)
    member.emailaddress_set.create(email=member.email, verified=True, primary=True)
    return join(member, CommunityFactory.create().circle)


def test_hanging_broker_keeps_nobody_out_and_loses_nothing(tmp_path, ana):
    workshop = WorkshopFactory.create(capacity=5)
    with (
        mail_sink(tmp_path) as sink,
        worker(tmp_path, EMAIL_URL=sink.url),
        web(tmp_path, EMAIL_URL=sink.url) as address,
    ):
        browser = Browser(address)
        browser.get("/healthz/")
        with stopped_broker():
            assert timed(lambda: browser.get("/healthz/")).status == 200
            door = timed(lambda: browser.get(reverse("account_login")))
            inside = timed(lambda: browser.submit(door, action="login", login=ana.email, password=PASSWORD))
            assert inside.url.endswith(reverse("my_page"))
            page = timed(lambda: browser.get(reverse("workshop_page", args=[workshop.slug])))
            assert timed(lambda: browser.submit(page, action="register")).status == 200
            assert Registration.objects.get(member=ana).state == "confirmed"
            code = timed(lambda: browser.get(reverse("account_request_login_code")))
            assert code.status == 200
        wait_for(sink.mails, "the answer to her registration, after the broker went on", 60)
        wait_for(lambda: not Notice.objects.unfinished().exists(), "an outbox with nothing left in it")
        assert "ana@example.org" in [mail["To"] for mail in sink.mails()]
