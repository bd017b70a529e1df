"""gunicorn's settings in the demo. Production has its own."""

from __future__ import annotations

import os
import signal

from forestallies.devstack.processes import die_with

worker_class = "gthread"
workers = 2
threads = 4
preload_app = True  # one import for both workers
graceful_timeout = 5  # seconds that running requests get at an ordered stop
loglevel = "warning"
control_socket_disable = True


def post_fork(server: object, worker: object) -> None:
    """Have the kernel end the worker with its master, which would else leave that to the worker's next heartbeat."""
    die_with(os.getppid(), signal.SIGKILL)
