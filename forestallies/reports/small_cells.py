"""Small numbers of people are not given away: what leaves the staff hides cells that could point to somebody."""

from collections.abc import Sequence

LEAST = 5  # people in a cell that leaves the staff


def protected(cells: Sequence[int]) -> list[int | None]:
    """Hide small cells of one row whose total is known, and as many more as it takes that none can be worked out.

    Cells of 1 to 4 are hidden. What is hidden then hides at least two cells and LEAST people together, so that neither
    one cell nor a handful of people follows from the total; the smallest others go first. A zero hides nobody, but may
    have to cover for a neighbour. A row whose total is small is hidden whole.
    """
    if 0 < sum(cells) < LEAST:
        return [None] * len(cells)
    hidden = {turn for turn, number in enumerate(cells) if 0 < number < LEAST}
    others = sorted((turn for turn in range(len(cells)) if turn not in hidden), key=lambda turn: (cells[turn], turn))
    others.sort(key=lambda turn: cells[turn] == 0)  # zeros last: they add nobody
    while hidden and others and (len(hidden) < 2 or sum(cells[turn] for turn in hidden) < LEAST):
        hidden.add(others.pop(0))
    return [None if turn in hidden else number for turn, number in enumerate(cells)]
