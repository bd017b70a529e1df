"""A small browser without a screen, for tests that speak real HTTP: cookies, forms, redirects."""

import html
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

_FIELD = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_FORM = re.compile(r"<form(?P<head>[^>]*)>(?P<body>.*?)</form>", re.DOTALL)


@dataclass(frozen=True)
class Page:
    """What came back, after redirects."""

    status: int
    url: str
    text: str


class Browser:
    """One person's browser at one address of the portal."""

    def __init__(self, address: str, timeout: float = 30.0) -> None:
        self.address, self.timeout = address, timeout
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def get(self, path: str) -> Page:
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.address, path)))

    def submit(self, page: Page, *, action: str, **values: str) -> Page:
        """Send the form of a page whose address contains `action`, with its hidden fields and these values."""
        fields = {**hidden_fields(page, action), **values}
        target = urllib.parse.urljoin(page.url, form_address(page, action))
        request = urllib.request.Request(target, data=urllib.parse.urlencode(fields).encode())
        request.add_header("Referer", page.url)
        return self._open(request)

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=self.timeout) as response:
                return Page(response.status, response.url, response.read().decode())
        except urllib.error.HTTPError as error:
            return Page(error.code, error.url or request.full_url, error.read().decode())


def _forms(page: Page, action: str) -> list[tuple[str, str]]:
    found = []
    for form in _FORM.finditer(page.text):
        address = dict(_ATTRIBUTE.findall(form["head"])).get("action", page.url)
        if action in address:
            found.append((html.unescape(address), form["body"]))
    assert found, f"no form for {action!r} on {page.url}"
    return found


def form_address(page: Page, action: str) -> str:
    return _forms(page, action)[0][0]


def hidden_fields(page: Page, action: str) -> dict[str, str]:
    """The names and values of a form's hidden fields."""
    fields = {}
    for field in _FIELD.findall(_forms(page, action)[0][1]):
        attributes = dict(_ATTRIBUTE.findall(field))
        if attributes.get("type") == "hidden" and "name" in attributes:
            fields[attributes["name"]] = html.unescape(attributes.get("value", ""))
    return fields
