"""What it means when a message was not taken: a server that is out of reach, one that asks for patience, or a no."""

import re
import smtplib
from collections.abc import Callable
from enum import Enum, auto
from typing import NamedTuple

from notices.refusals import UnusableAddress


class Meaning(Enum):
    OUT_OF_REACH = auto()  # nobody to talk to, or somebody who takes none of our mails: not about this message
    LATER = auto()  # not now
    NO = auto()  # never
    NO_SUCH_ADDRESS = auto()  # never, because of the address


class Answer(NamedTuple):
    """A meaning, and the server's words for the ledger."""

    meaning: Meaning
    words: str


OUT_OF_REACH = (
    smtplib.SMTPServerDisconnected,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
)
TOO_LARGE = 552  # the one refusal of our sender that is about the message
ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
OUR_SENDER = ("5.1.7", "5.1.8")
ABOUT_US = ("5.3.", "5.7.")  # their system, or what we are not allowed: no fault of the address
SWITCHED_OFF = "5.2.1"


def read(error: OSError | ValueError) -> Answer:
    """Read what came back instead of a receipt."""
    named = f"{type(error).__name__}: {error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return _answer(code, answer, is_about_address=_blames_recipient)
    if isinstance(error, UnusableAddress):
        return Answer(Meaning.NO_SUCH_ADDRESS, f"{error}")
    if isinstance(error, smtplib.SMTPNotSupportedError):  # the address needs what this server does not offer
        return Answer(Meaning.NO_SUCH_ADDRESS, named)
    if isinstance(error, smtplib.SMTPResponseException) and not _is_out_of_reach(error):
        return _answer(error.smtp_code, error.smtp_error, is_about_address=_blames_address_by_code)
    if isinstance(error, ValueError):  # such as a header that cannot be written
        return Answer(Meaning.NO, named)
    return Answer(Meaning.OUT_OF_REACH, named)


def _is_out_of_reach(error: smtplib.SMTPResponseException) -> bool:
    """The server broke off, or refuses our sender for good and so takes no mail at all: a matter of settings."""
    refused = isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code >= 500 and error.smtp_code != TOO_LARGE
    return refused or isinstance(error, OUT_OF_REACH)


def _answer(code: int, answer: bytes | str, *, is_about_address: Callable[[str], bool]) -> Answer:
    words = f"{code} {answer.decode(errors='replace') if isinstance(answer, bytes) else answer}"
    if code < 500:
        return Answer(Meaning.LATER, words)
    found = ENHANCED.search(words)
    return Answer(Meaning.NO_SUCH_ADDRESS if is_about_address(found[1] if found else "") else Meaning.NO, words)


def _blames_recipient(enhanced: str) -> bool:
    """Of a refusal before the message was given: it is the address's fault unless the code says otherwise."""
    return enhanced not in OUR_SENDER and not enhanced.startswith(ABOUT_US)


def _blames_address_by_code(enhanced: str) -> bool:
    """Of a refusal of the message: it is the address's fault only where the code says so."""
    return enhanced == SWITCHED_OFF or (enhanced.startswith("5.1.") and enhanced not in OUR_SENDER)
