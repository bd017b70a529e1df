"""What reports ask about people: gender and age, as each of them might have answered."""

from functools import cache
from typing import Any

from forestallies.demo.seed.rows import chance, read
from members.models.people import Gender


def gender(name: str, address: str) -> str:
    """Say the gender of a fictional person, by given name; some keep it to themselves."""
    told = _answers()
    if address in told["undisclosed"]:
        return Gender.UNDISCLOSED
    if address in told["self_described"]:
        return Gender.SELF_DESCRIBED
    return Gender.WOMAN if name.partition(" ")[0] in told["women"] else Gender.MAN


def age_band(address: str) -> str:
    """Draw the age of a fictional person, always the same one."""
    drawn = chance("age", address).random() * 100
    for band, share in _answers()["ages"].items():
        drawn -= share
        if drawn < 0:
            return str(band)
    raise ValueError("the ages in about.toml are not of a hundred people")


@cache
def _answers() -> dict[str, Any]:
    return read("about")
