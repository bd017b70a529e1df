"""A server that answers as told, messages by the number, and a kind that is polite in every way."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest

from members.models import Member
from notices import kinds, outbox
from notices.kinds import Kind
from notices.models import Notice
from notices.render import Message, Recipient
from tests.notices.servers import Server
from tests.notices.test_outbox import posting

DIGEST = Kind(name="digest", label="digest", wish="The digest", waits_for_day=True, keeps_distance=True)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = "tests.notices.servers.Server"
    Server.answers = []
    return Server


@pytest.fixture
def post(db, at):
    def post(number=1, **options):
        for index in range(number):
            outbox.post_once(posting(f"hello:{index}", **options), at=at)

    return post


@pytest.fixture
def digest(monkeypatch) -> str:
    """A kind that may be switched off, waits for day and keeps its distance."""
    monkeypatch.setitem(kinds._KINDS, DIGEST.name, DIGEST)
    return DIGEST.name


@pytest.fixture
def write(db, at, digest) -> Callable[..., Notice]:
    """Post a message to somebody in Accra, where it is nine in the morning; gives its row."""

    def write(
        kind: str = "digest",
        *,
        address: str = "ana@example.org",
        member: Member | None = None,
        zone: str = "Africa/Accra",
        posted_at: datetime = at,
        **options,
    ) -> Notice:
        recipient = Recipient(address, "Ana", "en", zone, member.pk if member else None)
        message = Message(kind, recipient, "Subject", "Text\n", "<p>Text</p>")
        made = outbox.Posting(message=message, key=f"{uuid4()}", **options)
        assert outbox.post_once(made, at=posted_at)
        return Notice.objects.get(key=made.key)

    return write
