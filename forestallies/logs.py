"""Keep secrets and addresses out of the logs."""

import logging
import re

_PATTERNS = [
    (
        re.compile(
            r"(/(?:welcome|apply/status|apply/continue|messages/stop|ical|place|join/role|assignment|verify|address"
            r"|contact|introduction|membership(?:/check)?|erasure|accounts/(?:password/reset/key|confirm-email))/)"
            r"(?!check/)[^/\s\"?]+"
        ),
        r"\1…",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
]


class MaskSecrets(logging.Formatter):
    """Replace tokens in paths and mail addresses in all that is written: the line and the traceback under it.

    The database, for one, quotes the address that it already holds.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (the name is logging's)
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for pattern, replacement in _PATTERNS:
            line = pattern.sub(replacement, line)
        return line
