"""Mail servers that answer as told, and the delivery that meets them."""

from datetime import datetime

from django.core.mail.backends.locmem import EmailBackend

from notices import delivery


class Server(EmailBackend):
    """A mail server that answers as told: one entry of `answers` per message, None for "accepted"."""

    answers: list[Exception | None] = []

    def send_messages(self, messages):
        answer = Server.answers.pop(0) if Server.answers else None
        if answer:
            raise answer
        return super().send_messages(messages)


def deliver(at: datetime, **options) -> dict[str, int]:
    """Deliver at an instant at which the clock stands still."""
    return delivery.deliver_due(clock=lambda: at, **options)
