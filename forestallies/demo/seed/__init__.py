"""The demo's data: fictional people and organisations, a community, an exchange programme, a calendar around today.

`load` may be run twice: it inserts what is not there yet, by natural keys (address, slug, code, the fixed uid of an
event), and never changes or deletes a row. What hangs on a row (memberships, registrations, roles, …) is written
together with it and not again, so nothing that somebody did in the demo is undone. One day gives the same rows in every
database.

The words and names stand in `data/*.toml`. Nobody in them is real: organisations end in "(demo)", addresses in
example.org, and there are no telephone numbers.
"""

from forestallies.demo.seed.dates import Calendar, WrongDay
from forestallies.demo.seed.load import load

__all__ = ["Calendar", "WrongDay", "load"]
