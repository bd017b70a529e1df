"""Addresses and tokens that leave the portal."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from forestallies.lib import text

_is_web_address = URLValidator(schemes=["https", "http"])

HIDDEN = "***"  # in the place of a token, where somebody else looks at a mail; these signs stand in a path as they are
SECRETS = {"token", "key", "uidb36"}  # what the secret parts of the portal's addresses are called
_SIGNED = re.compile(r"[\w:-]+\.[\w-]{43}(?![\w-])")  # what `SignedLink` writes, wherever it stands
_is_hiding: ContextVar[bool] = ContextVar("is_hiding", default=False)


def absolute(path: str) -> str:
    """Put the portal's own address before a path; used wherever no request is at hand, above all in mails."""
    return settings.SITE_URL.rstrip("/") + path


def way_back(request: HttpRequest) -> str:
    """Where somebody can go on after an interruption: the page asked for, or the one whose form she was sending.

    Empty when the browser does not tell which page of this portal that was.
    """
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    page = request.headers.get("Referer", "")
    here = f"{request.scheme}://{request.get_host()}/"
    return page.removeprefix(here.rstrip("/")) if page.startswith(here) else ""


def inside(request: HttpRequest, address: str) -> str:
    """Give back an address that somebody sent along when it leads to this portal; otherwise nothing."""
    host, is_secure = {request.get_host()}, request.is_secure()
    return address if url_has_allowed_host_and_scheme(address, host, require_https=is_secure) else ""


def check_web_link(value: str) -> None:
    """Accept a full address of a page on the web, and nothing that a browser could take for something else.

    Raises:
        ValidationError: another scheme than http and https, none, a sign-in inside it, or signs no address has.
    """
    words = _("Please write the whole address of a page, beginning with https://.")
    if not re.match(r"https?://[^/\\@?#\s]", value, re.IGNORECASE) or re.search(r"[\s\x00-\x1f\x7f\\]", value):
        raise ValidationError(words, code="not_a_web_link")
    try:
        text.check_printable(value)
        _is_web_address(value)
        has_sign_in = "@" in urlsplit(value).netloc
    except (ValidationError, ValueError) as error:
        raise ValidationError(words, code="not_a_web_link") from error
    if has_sign_in:
        raise ValidationError(words, code="not_a_web_link")


def new_token() -> tuple[str, str]:
    """Make a secret for a link: the token (192 random bits, URL-safe) and the hash that may be stored."""
    token = secrets.token_urlsafe(24)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    """Hash a token for storage and lookup: SHA-256 as 64 hexadecimal digits. Random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


@contextmanager
def hidden() -> Iterator[None]:
    """Make no personal link in here: what is drawn shows where each would stand, and none of them opens anything."""
    before = _is_hiding.set(True)
    try:
        yield
    finally:
        _is_hiding.reset(before)


def hide(words: str) -> str:
    """Put `HIDDEN` in the place of every token in finished words: text, HTML or what a server said."""
    return _SIGNED.sub(HIDDEN, _secret_paths().sub(rf"\1{HIDDEN}", words))


def holds_personal(words: str) -> bool:
    """Whether an address stands in finished words that this portal made for one person."""
    return any(words[: match.start()].endswith(absolute("")) for match in _secret_paths().finditer(words))


@cache
def _secret_paths() -> re.Pattern[str]:
    """The beginnings of all the portal's addresses in which a secret stands, each with the secret after it.

    Also where such an address is itself a part of another one, its slashes written as `%2F`.
    """
    starts = sorted(set(_starts(get_resolver().url_patterns, "")), key=len, reverse=True)
    slash = "(?:/|%2[Ff])"
    paths = "|".join(re.escape(start).replace("/", slash) for start in starts)
    return re.compile(rf"({slash}(?:{paths}))(?:[^/\s\"'<>?&#%]|%(?!2[Ff]))+")


def _starts(patterns: Iterable[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from _starts(pattern.url_patterns, route)
        elif SECRETS & set(re.findall(r"<(?:\w+:)?(\w+)>", route)):
            yield re.split(r"[<(]", route)[0]


class WrongLink(Exception):
    """The link was not made by the portal for this, or does not stand here as it was made."""


class SignedLink:
    """A kind of personal link: it names one row, is signed, opens one page, and works without signing in.

    Instead of a row it may name something by a short text (`read_text`), where there is no row yet.

    Args:
        name: of the URL pattern, whose one argument is the token.
        salt: keeps links of one kind from opening another; never changed, or old mails lead nowhere.
    """

    def __init__(self, *, name: str, salt: str) -> None:
        self.name = name
        self.signer = signing.Signer(salt=salt, sep=".")
        self._sign = lru_cache(maxsize=1_000)(self.signer.sign)  # a mail holds the same link several times

    def token(self, pk: int | str) -> str:
        """What names and opens the row; nothing of it where a mail is drawn for somebody else to look at."""
        return HIDDEN if _is_hiding.get() else self._sign(str(pk))

    def address(self, pk: int | str) -> str:
        """The full address, for mails."""
        return absolute(reverse(self.name, args=[self.token(pk)]))

    def read(self, token: str) -> int:
        """Read out which row a link names.

        Raises:
            WrongLink: cut off, altered or made up.
        """
        try:
            return int(self.read_text(token))
        except ValueError as error:
            raise WrongLink from error

    def read_text(self, token: str) -> str:
        """Read out the text that a link names.

        Raises:
            WrongLink: cut off, altered or made up.
        """
        try:
            return self.signer.unsign(token)
        except signing.BadSignature as error:
            raise WrongLink from error
