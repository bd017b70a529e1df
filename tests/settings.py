"""Settings of the tests: the portal's own, with fast passwords and an alarm for rows loaded one by one."""

import os
import tempfile
from pathlib import Path

from forestallies.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]  # noqa: F405
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # what the portal's own processes understand
]
ZEAL_RAISE = True
ZEAL_NPLUSONE_THRESHOLD = 3
ERASURE_LEDGER = Path(tempfile.gettempdir()) / f"erasures-{os.getpid()}.jsonl"  # tests that write it name their own
