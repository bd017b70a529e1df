"""Keep secrets and addresses out of the logs."""

import logging
import re

_PATTERNS = [
    (
        re.compile(r"(/(?:welcome|apply/status|ical|verify|accounts/(?:password/reset/key|confirm-email))/)[^/\s\"?]+"),
        r"\1…",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
]


class MaskSecrets(logging.Filter):
    """Replace tokens in paths and mail addresses before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        line = record.getMessage()
        for pattern, replacement in _PATTERNS:
            line = pattern.sub(replacement, line)
        record.msg, record.args = line.replace("\r", "\\r").replace("\n", "\\n"), ()
        return True
