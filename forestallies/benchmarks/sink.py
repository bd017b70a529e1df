"""A mail server that takes everything and keeps nothing, in a process of its own."""

import multiprocessing
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def mail_sink() -> Iterator[int]:
    """Yields the port on 127.0.0.1."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.daemon_threads = True
        child = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
        child.start()
        try:
            yield int(server.server_address[1])
        finally:
            child.kill()
            child.join()


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs that sends mails one after the other."""

    def handle(self) -> None:
        self.say("220 sink")
        for line in self.rfile:
            match line[:4].upper():
                case b"DATA":
                    self.say("354 go on")
                    while self.rfile.readline() not in (b".\r\n", b""):
                        pass
                    self.say("250 taken")
                case b"QUIT":
                    return self.say("221 good bye")
                case _:
                    self.say("250 ok")
        return None

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
