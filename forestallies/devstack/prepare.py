"""Bring the database up to date in one process: `python -m forestallies.devstack.prepare [--seed]`."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import call_command


def main() -> None:
    """Migrate, and with `--seed` load the demo data where there is none."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forestallies.settings")
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    if "--seed" in sys.argv[1:]:
        call_command("seed_demo", "--if-empty", verbosity=0)


if __name__ == "__main__":
    main()
