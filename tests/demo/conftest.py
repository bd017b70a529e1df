from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command

DAY = date(2026, 11, 20)


def seed(*words: str) -> str:
    """Run the command and give what it prints."""
    out = StringIO()
    call_command("seed_demo", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def demo(db: None) -> None:
    """The demo of 20 November 2026."""
    seed("--today", str(DAY))
