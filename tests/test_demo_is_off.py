"""Outside the demo there is no mailbox, no one-click sign-in, and no way to switch either on from outside."""

import os
import subprocess
import sys

import pytest

from tests.processes import ROOT, database_url

ADDRESSES = ["/demo/", "/demo/sign-in/", "/demo/mailbox/", "/demo/mailbox/1-1/"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_demo_addresses_do_not_exist(client, db, address):
    assert client.get(address).status_code == 404
    assert client.post(address, {"account": "coordinator"}).status_code == 404


def test_demo_addresses_exist_when_it_is_on(db):
    script = (
        "import django; django.setup(); from django.urls import reverse;"
        "print(reverse('demo_page'), reverse('demo_sign_in'), reverse('demo_mailbox'))"
    )
    environment = {**os.environ, "DEMO": "1", "DATABASE_URL": database_url()}
    environment["DJANGO_SETTINGS_MODULE"] = "forestallies.settings"
    said = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["/demo/", "/demo/sign-in/", "/demo/mailbox/"]
