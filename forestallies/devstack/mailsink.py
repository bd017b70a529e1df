"""An SMTP server that keeps every message in a folder and sends none on.

`python -m forestallies.devstack.mailsink --port 2525 --folder mailbox`
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import signal
import socket
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

log = logging.getLogger("mailsink")


class KeepInFolder:
    """Stores each accepted message as `<time_ns>-<n>.eml`, so names sort by arrival.

    The envelope goes on top as X-MailFrom and X-RcptTo, which tell what the headers may hide. A file appears
    whole or not at all.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipients = ", ".join(envelope.rcpt_tos)
        top = f"X-MailFrom: {envelope.mail_from}\r\nX-RcptTo: {recipients}\r\n"
        content = envelope.original_content or b""
        name = f"{time.time_ns()}-{next(self._numbers)}.eml"
        try:
            store(self.folder / name, top.encode() + content)
        except OSError:
            log.exception("could not store a message")
            return "451 Could not store the message, try again later"
        log.info("%s for %s", name, recipients)
        return f"250 Kept as {name}"


def store(path: Path, content: bytes) -> None:
    """Write a file that nobody sees half of."""
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)


async def serve(listener: socket.socket, folder: Path) -> None:
    """Receive mail until the process is asked to stop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    handler = KeepInFolder(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="mailsink", enable_SMTPUTF8=True, loop=loop), sock=listener
    )
    await stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Keep every mail in a folder and send none on.")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--port", type=int, help="listen on 127.0.0.1 at this port")
    place.add_argument("--fd", type=int, help="listen on this open socket, inherited from the parent")
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd's own, one line per command
    options.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if options.fd is None:
        listener = socket.create_server(("127.0.0.1", options.port))
    else:
        listener = socket.socket(fileno=options.fd)
    asyncio.run(serve(listener, options.folder))


if __name__ == "__main__":
    main()
