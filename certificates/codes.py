"""Public codes of certificates: short enough to be typed from paper, long enough not to be guessed."""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
LENGTH = 16  # 80 random bits
GROUP = 4

_READ = {ord(" "): None, ord("-"): None, ord("\t"): None, ord("O"): "0", ord("I"): "1", ord("L"): "1"}


def new_code() -> str:
    """Draw a code, as it is stored: 16 characters without hyphens."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def show(code: str) -> str:
    """Write a code as people read it: `7K3M-9Q2X-04TB-W8HN`."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def read(typed: str) -> str:
    """Read a code as somebody typed it: lower case, blanks, hyphens, the letters O, I and L for 0, 1 and 1.

    Raises:
        MalformedCode: no code of ours can look like that.
    """
    code = typed[:200].strip().upper().translate(_READ)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise MalformedCode(f"{len(code)} characters")
    return code


class MalformedCode(ValueError):
    """What was typed cannot be the code of a certificate."""
