"""Many clients at once, each a process with a database connection of its own."""

import multiprocessing
import time
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import TypeVar

from django.db import connections

CLIENTS = 8
PATIENCE = 120.0  # seconds for the slowest client

Thing = TypeVar("Thing")
Act = Callable[[Thing], object]


def rate_of_crowd(things: Sequence[Thing], prepare: Callable[[], Act[Thing]], *, clients: int = CLIENTS) -> float:
    """Let the clients share the things and start together; give things per second, first start to last end.

    Args:
        prepare: called once in each client before the start, to connect; gives what to do with one thing.

    Raises:
        RuntimeError: a client failed; holds its words.
    """
    connections.close_all()  # a connection must not be shared with a child
    context = multiprocessing.get_context("fork")  # the portal is loaded once, not once per client
    barrier = context.Barrier(clients)
    pairs = [context.Pipe(duplex=False) for _ in range(clients)]
    children = [
        context.Process(target=_work, args=(things[n::clients], prepare, barrier, send), daemon=True)
        for n, (_receive, send) in enumerate(pairs)
    ]
    for child in children:
        child.start()
    try:
        answers = [_answer(receive) for receive, _send in pairs]
    finally:
        for child in children:
            child.kill()
            child.join()
    return len(things) / (max(end for _, end in answers) - min(start for start, _ in answers))


def _answer(receive: Connection) -> tuple[float, float]:
    if not receive.poll(PATIENCE):
        raise RuntimeError("A client of the benchmark did not come to an end.")
    start, end, problem = receive.recv()
    if problem:
        raise RuntimeError(problem)
    return start, end


def _work(things: Sequence[Thing], prepare: Callable[[], Act[Thing]], barrier: Barrier, send: Connection) -> None:
    start, problem = 0.0, ""
    try:
        act = prepare()
        barrier.wait(PATIENCE)
        start = time.perf_counter()  # one clock for all processes of a machine
        for thing in things:
            act(thing)
    except BaseException:
        problem = traceback.format_exc()
        if not start:  # otherwise the others are on their way already, and some may still be leaving the barrier
            barrier.abort()
    send.send((start, time.perf_counter(), problem))
    connections.close_all()
