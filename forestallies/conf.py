"""Read settings from the environment and refuse by name what is missing or malformed.

Every problem is collected first, so that an operator sees all of them in one go. The names and their meaning stand in
`.env.example`.
"""

import sys
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError

env = Env(eager=False, expand_vars=False)


def check_web_address(value: str) -> None:
    """Accept `http(s)://host[:port]` without a path.

    Raises:
        ValidationError: with a sentence for the operator.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValidationError("must look like https://portal.example.org")


def check_broker_address(value: str) -> None:
    """Accept redis://, rediss:// and unix:///path addresses.

    Raises:
        ValidationError: with a sentence for the operator.
    """
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ValidationError("must look like redis://host:6379/0 or unix:///path/to.sock")


def check_mail_address(value: str) -> None:
    """Accept smtp:// (with `?ssl=True` where needed) and submission:// (STARTTLS) addresses.

    Raises:
        ValidationError: with a sentence for the operator.
    """
    if urlsplit(value).scheme not in {"smtp", "submission"} or not urlsplit(value).hostname:
        raise ValidationError("must look like submission://user:password@mail.example.org:587")


def check_secret_key(value: str) -> None:
    """Refuse keys short enough to guess.

    Raises:
        ValidationError: with a sentence for the operator.
    """
    if len(value) < 50:
        raise ValidationError("must be at least 50 random characters")


def seal_or_stop() -> None:
    """End the process with one line per wrong setting; exit status 2."""
    try:
        env.seal()
    except EnvValidationError as error:
        messages = error.error_messages if isinstance(error.error_messages, dict) else {}
        for name, problems in sorted(messages.items()):
            words = problems if isinstance(problems, list) else [problems]
            print(f"Setting {name}: {' '.join(str(word) for word in words)}", file=sys.stderr)
        print("The start was stopped. Every setting is described in .env.example.", file=sys.stderr)
        sys.exit(2)
