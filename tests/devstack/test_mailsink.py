"""The SMTP server that keeps every message."""

import smtplib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from forestallies.devstack import mailsink
from forestallies.devstack.processes import Children
from forestallies.devstack.services import Services
from tests.devstack.people import wait_for

pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.fixture
def port(children: Children) -> int:
    address, _ = Services(children.state, children)._start_mail_sink()
    return int(address.rpartition(":")[2])


def send(port: int, *recipients: str) -> None:
    message = EmailMessage()
    message["Subject"] = "Árvores: your seat"
    message["To"] = "Ana <ana@example.org>"
    message.set_content("See you there.\n.\nA line with a dot above.\n")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as server:
        server.send_message(message, from_addr="portal@example.org", to_addrs=recipients)


def test_message_is_kept_with_its_envelope(children: Children, port: int) -> None:
    send(port, "ana@example.org", "hidden@example.org")
    (path,) = children.state.mailbox.glob("*")
    kept = message_from_bytes(path.read_bytes(), policy=default)
    assert path.name[-6:] == "-1.eml"
    assert kept["X-RcptTo"] == "ana@example.org, hidden@example.org"
    assert kept["X-MailFrom"] == "portal@example.org"
    assert kept["Subject"] == "Árvores: your seat"
    assert kept.get_content().splitlines() == ["See you there.", ".", "A line with a dot above."]


def test_names_sort_by_arrival(children: Children, port: int) -> None:
    for n in range(3):
        send(port, f"member{n}@example.org")
    kept = [path.read_bytes() for path in sorted(children.state.mailbox.glob("*.eml"))]
    assert [f"member{n}@".encode() in content for n, content in enumerate(kept)] == [True] * 3


def test_message_that_cannot_be_kept_is_refused_for_now(children: Children, port: int) -> None:
    send(port, "ana@example.org")
    wait_for(lambda: len(list(children.state.mailbox.iterdir())) == 1)
    children.state.mailbox.rename(children.state.folder / "away")
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        send(port, "ana@example.org")
    assert refusal.value.smtp_code == 451


def test_file_appears_whole(tmp_path: Path) -> None:
    mailsink.store(tmp_path / "1-1.eml", b"content")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("1-1.eml", b"content")]
