"""What the answers of mail servers mean; as real servers word them."""

import smtplib

import pytest

from notices import smtp_answers
from notices.refusals import UnusableAddress
from notices.smtp_answers import Meaning
from tests.notices.servers import deliver

ME = "portal@example.org"


def recipient(code: int, words: str) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"ana@example.org": (code, words.encode())})


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (recipient(550, "5.1.1 <ana@example.org>: Recipient address rejected: User unknown"), Meaning.NO_SUCH_ADDRESS),
        (recipient(550, "5.4.1 Recipient address rejected: Access denied."), Meaning.NO_SUCH_ADDRESS),
        (recipient(550, "No such user here"), Meaning.NO_SUCH_ADDRESS),
        (recipient(552, "5.2.2 over quota"), Meaning.NO_SUCH_ADDRESS),
        (recipient(554, "5.7.1 <ana@example.org>: Relay access denied"), Meaning.NO),
        (recipient(550, "5.7.1 Service unavailable; client host blocked using a list"), Meaning.NO),
        (recipient(553, "5.1.8 <portal@example.org>: Sender address rejected: Domain not found"), Meaning.NO),
        (recipient(452, "4.2.2 The mailbox is over quota"), Meaning.LATER),
        (recipient(450, "4.2.0 Greylisted, see you in five minutes"), Meaning.LATER),
        (smtplib.SMTPDataError(550, b"5.1.1 The email account does not exist"), Meaning.NO_SUCH_ADDRESS),
        (smtplib.SMTPDataError(550, b"5.2.1 The account is disabled"), Meaning.NO_SUCH_ADDRESS),
        (smtplib.SMTPDataError(550, b"5.2.2 over quota"), Meaning.NO),
        (smtplib.SMTPDataError(554, b"Message refused as spam"), Meaning.NO),
        (smtplib.SMTPDataError(550, b"5.1.7 bad sender's mailbox"), Meaning.NO),
        (smtplib.SMTPDataError(421, b"4.7.0 Try again later, closing connection"), Meaning.LATER),
        (smtplib.SMTPSenderRefused(451, b"4.3.0 busy", ME), Meaning.LATER),
        (smtplib.SMTPSenderRefused(552, b"5.3.4 Message size exceeds fixed limit", ME), Meaning.NO),
        (smtplib.SMTPSenderRefused(530, b"5.7.0 Authentication required", ME), Meaning.OUT_OF_REACH),
        (smtplib.SMTPSenderRefused(553, b"5.7.1 not owned by user", ME), Meaning.OUT_OF_REACH),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong password"), Meaning.OUT_OF_REACH),
        (smtplib.SMTPServerDisconnected("Connection unexpectedly closed"), Meaning.OUT_OF_REACH),
        (ConnectionRefusedError("refused"), Meaning.OUT_OF_REACH),
        (TimeoutError("timed out"), Meaning.OUT_OF_REACH),
        (UnusableAddress("This is not an address to which mail can be sent."), Meaning.NO_SUCH_ADDRESS),
        (ValueError("Header values can't contain newlines"), Meaning.NO),
    ],
)  # fmt: skip
def test_answer_is_read_as_it_is_meant(error, meaning):
    assert smtp_answers.read(error).meaning == meaning


def test_words_of_the_server_are_kept_whatever_their_bytes():
    answer = smtp_answers.read(smtplib.SMTPDataError(554, b"5.6.0 ni\xf1ez"))
    assert answer.words == "554 5.6.0 ni\ufffdez"


def test_server_that_wants_none_of_our_mails_fails_none_of_them(post, server, at):
    server.answers = [smtplib.SMTPSenderRefused(530, b"5.7.0 Authentication required", ME)]
    post(3)
    assert deliver(at) == {"unreachable": 1}
    assert deliver(at) == {"sent": 2}
