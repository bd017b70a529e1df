"""A mail server with moods: it speaks real SMTP over a real socket, and refuses, hangs or shuts its door as told."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from forestallies.lib.clock import now
from tests.processes import message_id_of

GONE = "550 5.1.1 Nobody of this name lives here"
BUSY = "451 4.3.2 Come back later"
CLOSED = "421 4.3.2 We are closed"


@dataclass
class MoodySink:
    """What the server is told to do, and what came.

    Attributes:
        doors: how it meets the next connections, one word each: "closed" says 421 and hangs up, "silent" says nothing.
        every: it refuses every so-manieth mail for now (none when 0).
        gone: addresses that it refuses for good.
        hangs_on: addresses for which it takes the mail and never answers, once each.
    """

    doors: list[str] = field(default_factory=list)
    every: int = 0
    gone: set[str] = field(default_factory=set)
    hangs_on: set[str] = field(default_factory=set)
    taken: list[tuple[str, datetime]] = field(default_factory=list)
    offered: int = 0
    port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def __len__(self) -> int:
        return len(self.taken)

    def arrivals(self) -> list[tuple[str, datetime]]:
        return list(self.taken)

    def answer(self, recipient: str, mail: bytes) -> str | None:
        """What it says to a mail; None: nothing at all."""
        with self.lock:
            self.offered += 1
            if recipient in self.hangs_on:
                self.hangs_on.remove(recipient)
                return None
            if self.every and self.offered % self.every == 0:
                return BUSY
            self.taken.append((message_id_of(mail), now()))
            return "250 taken"


class Conversation(socketserver.StreamRequestHandler):
    server: "Server"

    def handle(self) -> None:
        sink, recipient = self.server.sink, ""
        match sink.doors.pop(0) if sink.doors else "open":
            case "closed":
                return self.say(CLOSED)
            case "silent":
                sink.ended.wait()
                return None
        self.say("220 moody")
        for line in self.rfile:
            match line[:4].upper():
                case b"RCPT":
                    [recipient] = re.findall(r"<(.*)>", line.decode())
                    self.say(GONE if recipient in sink.gone else "250 ok")
                case b"DATA":
                    self.say("354 go on")
                    answer = sink.answer(recipient, b"".join(iter(self.rfile.readline, b".\r\n")))
                    if answer is None:
                        sink.ended.wait()
                        return None
                    self.say(answer)
                case b"QUIT":
                    return self.say("221 good bye")
                case _:
                    self.say("250 ok")
        return None

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 50

    def __init__(self, sink: MoodySink) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.sink = sink

    def handle_error(self, request: object, client_address: object) -> None:
        """A worker that hangs up in the middle is what these drills are about."""


@contextmanager
def moody_sink(**moods: object) -> Iterator[MoodySink]:
    sink = MoodySink(**moods)  # type: ignore[arg-type]  # the fields above, by name
    with Server(sink) as server:
        sink.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            sink.ended.set()
            server.shutdown()
            thread.join()
