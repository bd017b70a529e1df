"""What the seat service answers when something cannot be."""

from events.models import Event


class RegistrationRefused(Exception):
    """The event does not take this change of a registration; the text is a sentence for the reader."""


class SomeAreFull(RegistrationRefused):
    """Of several events wanted together some have no seat left, so none was taken.

    Attributes:
        events: those without a free seat, in the order of their start.
    """

    def __init__(self, words: str, events: list[Event]) -> None:
        super().__init__(words)
        self.events = events
