"""Mails: outbox and delivery beside a bare loop that sends the same messages over one connection."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.core.mail import get_connection
from django.test.utils import override_settings

from events import emails
from events.actions import registrations
from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.people import make_workshop, make_world
from forestallies.benchmarks.sink import mail_sink
from forestallies.lib import clock
from notices import drawers, outbox
from notices.delivery import deliver_due
from notices.mime import email_message
from notices.models import Notice
from notices.render import Draft, Message

SIZE = 500  # messages per round


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    at = clock.now()
    world = make_world(people=1, at=at)
    [member] = world.people
    event = make_workshop(world, capacity=None)
    registration = registrations.register(event=event, member=member, by=member, at=at)
    sample = emails.answer(registration, at=at)
    numbers = iter(range(rounds * size * 2))

    def postings() -> list[outbox.Posting]:
        """The answer to a registration, with its calendar part and its guard, to many people."""
        return [
            replace(sample, key=f"benchmark:{number}", message=addressed(sample.message, number))
            for number in (next(numbers) for _ in range(size))
        ]

    with mail_sink() as port, mail_goes_to(port):
        yield compare(
            what=f"{size} messages posted, drawn and delivered",
            baseline="the same mails, drawn before, sent in a loop over one connection",
            unit="mails",
            bare=lambda: bare([unsaved(posting, at) for posting in postings()]),
            real=lambda: real(postings()),
            rounds=rounds,
        )


def addressed(message: Message | Draft, number: int) -> Message | Draft:
    return replace(message, recipient=replace(message.recipient, address=f"person{number}@example.org"))


def mail_goes_to(port: int) -> override_settings:
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port,
        EMAIL_HOST_USER="", EMAIL_HOST_PASSWORD="", EMAIL_USE_TLS=False, EMAIL_USE_SSL=False,
    )  # fmt: skip


def bare(rows: list[Notice]) -> float:
    def send() -> None:
        connection = get_connection()
        connection.open()
        for row in rows:
            email_message(row, connection).send()
        connection.close()

    return rate(len(rows), send)


def unsaved(posting: outbox.Posting, at: datetime) -> Notice:
    message = posting.message
    if isinstance(message, Draft):
        message = drawers.draw(message.kind, message.facts, at=at)
    return Notice(
        address=posting.message.recipient.address, subject=message.subject, text=message.text, html=message.html,
        calendar=message.calendar, calendar_method=message.calendar_method, message_id=f"<{posting.key}@benchmark>",
    )  # fmt: skip


def real(postings: list[outbox.Posting]) -> float:
    def post_and_deliver() -> None:
        outbox.post_many_once(postings, at=clock.now())
        outcomes = deliver_due(clock=clock.now)
        if outcomes != {"sent": len(postings)}:
            raise RuntimeError(f"Not every message was sent: {outcomes}.")

    return rate(len(postings), post_and_deliver)
