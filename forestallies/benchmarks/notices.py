"""Mails: reminders found and posted; then outbox and delivery beside a bare loop that sends the same messages."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.core.mail import get_connection
from django.test.utils import override_settings

from events import emails
from events import reminders as events_reminders
from events.models import Event, Registration
from forestallies.benchmarks import reminders
from forestallies.benchmarks.measure import Measurement, compare, rate
from forestallies.benchmarks.sink import mail_sink
from forestallies.lib import clock
from notices import outbox, preparing
from notices.delivery import BATCH, deliver_due
from notices.mime import email_message
from notices.models import Notice

SIZE = 10_000  # reminders posted in one tick; a tenth as many messages are delivered
BARE = "a loop that sends the same messages over one connection"

Post = Callable[[], datetime]  # puts messages into the outbox and tells the moment at which they are due


def measure(*, size: int, rounds: int) -> Iterator[Measurement]:
    yield from reminders.measure(size=size, rounds=rounds)
    Event.objects.update(reminders=[])  # those were reminded
    size = max(size // 10, 1)
    event = reminders.make_event(size, lead=Event.Reminder.HOUR, at=clock.now())
    with mail_sink() as port, mail_goes_to(port):
        yield deliver("reminders claimed, drawn and delivered", lambda: remind(event), size=size, rounds=rounds)
        what = "answers with a calendar part claimed, drawn and delivered"
        yield deliver(what, lambda: answer(event), size=size, rounds=rounds)


def remind(event: Event) -> datetime:
    """Reminders of the last hour: no night and no distance holds them back."""
    at = event.starts_at - timedelta(minutes=55)
    events_reminders.send_due(at=at)
    return at


def answer(event: Event) -> datetime:
    at = clock.now()
    registrations = Registration.objects.filter(event=event).select_related("event", "member")
    outbox.post_many_once([emails.answer(registration, at=at) for registration in registrations], at=at)
    return at


def deliver(what: str, post: Post, *, size: int, rounds: int) -> Measurement:
    """Compare the same messages, posted anew for each run, first to warm up."""
    bare(post())
    return compare(
        what=f"{size} {what}",
        baseline=BARE,
        unit="mails",
        bare=lambda: bare(fresh(post)),
        real=lambda: real(fresh(post), size),
        rounds=rounds,
    )


def fresh(post: Post) -> datetime:
    Notice.objects.all().delete()
    return post()


def mail_goes_to(port: int) -> override_settings:
    return override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=port,
        EMAIL_HOST_USER="", EMAIL_HOST_PASSWORD="", EMAIL_USE_TLS=False, EMAIL_USE_SSL=False, OUTBOX_PER_MINUTE=0,
    )  # fmt: skip


def bare(at: datetime) -> float:
    """Send what is in the outbox, drawn before, as mails and nothing else."""
    rows = list(Notice.objects.order_by("id"))
    for first in range(0, len(rows), BATCH):
        preparing.prepare(rows[first : first + BATCH], at=at)

    def send() -> None:
        connection = get_connection()
        connection.open()
        for row in rows:
            email_message(row, connection).send()
        connection.close()

    return rate(len(rows), send)


def real(at: datetime, size: int) -> float:
    begun = clock.now()

    def work() -> None:
        outcomes = deliver_due(clock=lambda: at + (clock.now() - begun))
        if outcomes != {"sent": size}:
            raise RuntimeError(f"Not every message was sent: {outcomes}.")

    return rate(size, work)
