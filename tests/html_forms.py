"""What a browser would send for a page as it stands: the fields of its form, with their values."""

from html.parser import HTMLParser

from django.http import HttpResponse


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._name = self._text = ""
        self._inside = ""
        self._form = False
        self._options: list[str] = []
        self._first: str | None = None
        self._many = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = given.get("method") == "post" and "logout" not in given.get("action", "")
        elif not self._form:
            return
        elif tag == "input" and given.get("type") not in ("submit", "button"):
            ticks = given.get("type") in ("checkbox", "radio")
            if not ticks or "checked" in given:
                self._add(given.get("name", ""), given.get("value", "on" if ticks else ""))
        elif tag in ("textarea", "select"):
            self._inside, self._name, self._text = tag, given.get("name", ""), ""
            self._options, self._first, self._many = [], None, "multiple" in given
        elif tag == "option":
            self._first = self._first if self._first is not None else given.get("value", "")
            if "selected" in given:
                self._options.append(given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._inside == "textarea":
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = False
        if not self._inside or tag != self._inside:
            return
        if tag == "textarea":
            self._add(self._name, self._text.removeprefix("\n").removeprefix("\r\n"))
        if tag == "select" and not self._options and not self._many and self._first is not None:
            self._options = [self._first]  # what a list shows when nothing in it is chosen
        for value in self._options:
            self._add(self._name, value)
        self._inside = ""

    def _add(self, name: str, value: str) -> None:
        if name:
            self.values.setdefault(name, []).append(value)


def fields_of(page: HttpResponse) -> dict[str, list[str]]:
    """Names and values of the form that a page lets its reader post (the sign-out button aside)."""
    parser = _Fields()
    parser.feed(page.content.decode())
    return parser.values
