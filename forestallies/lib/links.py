"""Addresses and tokens that leave the portal."""

import hashlib
import secrets

from django.conf import settings


def absolute(path: str) -> str:
    """Put the portal's own address before a path; used wherever no request is at hand, above all in mails."""
    return settings.SITE_URL.rstrip("/") + path


def new_token() -> tuple[str, str]:
    """Make a secret for a link: the token (192 random bits, URL-safe) and the hash that may be stored."""
    token = secrets.token_urlsafe(24)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Hash a token for storage and lookup: SHA-256 as 64 hexadecimal digits. Random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
