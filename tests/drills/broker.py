"""A broker of a drill's own, which may be killed and come back with nothing in it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from tests.deployment import servers
from tests.processes import free_port, kill, listens, wait_for


@dataclass
class Broker:
    folder: Path
    port: int
    running: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.folder.mkdir()
        self.running = subprocess.Popen(
            servers.redis_command(self.folder, self.port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        wait_for(lambda: listens(self.port), "the broker")

    def kill(self) -> None:
        """Kill it at once, and take away what it kept on disk."""
        assert self.running
        kill(self.running)
        shutil.rmtree(self.folder)

    def empty(self) -> None:
        with redis.Redis(port=self.port) as client:
            client.flushall()


@contextmanager
def own_broker(folder: Path) -> Iterator[Broker]:
    broker = Broker(folder / "broker", free_port())
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
