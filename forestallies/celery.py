"""The Celery application: a clockwork of ticks, never a keeper of state.

Every tick reads rows in Postgres and does what is due, so losing a tick or running it twice is harmless. Nothing here
is published from a web request. Settings and their reasons: docs/decisions/0003-state-in-postgres.md.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forestallies.settings")

app = Celery("forestallies")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
