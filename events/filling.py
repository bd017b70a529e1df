"""Who goes into which room when the rooms are filled: the rule alone, without the database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Guest:
    """Somebody who is in no room yet.

    Attributes:
        circles: those of the event's audience that she belongs to.
        languages: those she follows without help.
    """

    pk: int
    circles: frozenset[int]
    languages: frozenset[str]


@dataclass(frozen=True)
class Space:
    """A room as it is filled.

    Attributes:
        audience: the circles it is for; empty: everybody.
        language: of the room; empty: none in particular.
        free: places left; None: no limit.
        taken: how many people are in it already.
    """

    pk: int
    audience: frozenset[int] = frozenset()
    language: str = ""
    free: int | None = None
    taken: int = 0

    def is_for(self, guest: Guest) -> bool:
        return not self.audience or not self.audience.isdisjoint(guest.circles)

    def strangeness(self, guest: Guest) -> int:
        """How far the room's language is from hers: 0 it is hers, 1 it has none, 2 it is another."""
        if not self.language:
            return 1
        return 0 if self.language in guest.languages else 2


def allot(guests: Iterable[Guest], spaces: Iterable[Space]) -> dict[int, int]:
    """Give each guest a room that is for her, by ids; who is missing in the result found none.

    Never more than a room has places, and as many people as can be placed at all. Each goes to a room in her language
    where there is one, then to the emptiest, then to the first. Who may choose among fewest rooms chooses first, then
    who stands first. The same people and rooms give the same result.
    """
    filling = _Filling({space.pk: space for space in spaces})
    ordered = list(guests)
    rank = {guest.pk: number for number, guest in enumerate(ordered)}
    for guest in sorted(ordered, key=lambda one: (len(filling.open_to(one)), rank[one.pk])):
        filling.place(guest)
    return filling.found


class _Filling:
    def __init__(self, spaces: Mapping[int, Space]) -> None:
        self.spaces, self.found = spaces, dict[int, int]()
        self.guests: dict[int, Guest] = {}
        self.placed: Counter[int] = Counter()
        self.order = {pk: number for number, pk in enumerate(spaces)}

    def open_to(self, guest: Guest) -> list[Space]:
        return [space for space in self.spaces.values() if space.is_for(guest)]

    def place(self, guest: Guest) -> None:
        """Put her where there is a place, or where one can be made by moving others of these guests on."""
        self.guests[guest.pk] = guest
        path = self._path(guest)
        for who, room in path:
            if who in self.found:
                self.placed[self.found[who]] -= 1
            self.found[who] = room
            self.placed[room] += 1

    def _path(self, guest: Guest) -> list[tuple[int, int]]:
        """The shortest row of moves that ends in a free place, the last one first; empty when there is none."""
        came: dict[int, tuple[int, int | None]] = {}  # room: who would go there, and from which room
        waiting: list[int] = []
        for space in self._liked(guest):
            came[space.pk] = (guest.pk, None)
            waiting.append(space.pk)
        for room in waiting:  # grows while it is walked
            if self._is_free(room):
                return self._moves(room, came)
            for who in [pk for pk, where in self.found.items() if where == room]:
                for space in self._liked(self.guests[who]):
                    if space.pk not in came:
                        came[space.pk] = (who, room)
                        waiting.append(space.pk)
        return []

    def _moves(self, room: int, came: Mapping[int, tuple[int, int | None]]) -> list[tuple[int, int]]:
        moves: list[tuple[int, int]] = []
        step: int | None = room
        while step is not None:
            who, before = came[step]
            moves.append((who, step))
            step = before
        return moves

    def _is_free(self, room: int) -> bool:
        free = self.spaces[room].free
        return free is None or self.placed[room] < free

    def _liked(self, guest: Guest) -> list[Space]:
        """The rooms that are for her, the one she should rather be in first."""

        def key(space: Space) -> tuple[int, int, int]:
            return space.strangeness(guest), space.taken + self.placed[space.pk], self.order[space.pk]

        return sorted(self.open_to(guest), key=key)
