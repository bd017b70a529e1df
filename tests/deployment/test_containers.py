"""The very commands of the containers, run once on services over TCP with production's settings.

Everything happens in a folder filled as the image is, so a file that .dockerignore forgets, or a step of the build that
fails, is found here.
"""

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

import pytest

from tests.deployment import image, servers
from tests.deployment.servers import running
from tests.processes import free_port, mail_sink, wait_for

HOST = "portal.example.org"
EVERYWHERE = "0.0.0.0"  # noqa: S104 (where the image's web server listens; here it is this machine only)
POST_ONE = """
from notices import outbox
from notices.render import Message, Recipient
from forestallies.lib.clock import now
message = Message("trial", Recipient("ana@example.org", "Ana", "en", "UTC"), "It works", "Text", "<p>Text</p>")
assert outbox.post_once(outbox.Posting(message=message, key="trial"), at=now())
"""


@dataclass
class Deployment:
    """A portal as docs/deploy.md sets it up: a folder, its environment, and where things came to lie."""

    folder: Path
    environment: dict[str, str]
    logs: Path
    port: int
    mails: Path
    stack: ExitStack

    def here(self, words: list[str]) -> list[str]:
        """A container's command, with this machine's ports and folders."""
        changed = [word.replace(EVERYWHERE, "127.0.0.1").replace("/tmp", str(self.logs)) for word in words]
        return image.tool([word.replace("8000", str(self.port)).replace("$$", "$") for word in changed])

    def start(self, name: str) -> None:
        words = image.services()[name].get("command") or image.web_command()
        self.stack.enter_context(
            running(self.here(words), log=self.logs / f"{name}.log", cwd=self.folder, env=self.environment)
        )

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.here(list(words)), cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    def is_healthy(self, name: str) -> bool:
        """Ask as the container's health check does."""
        if name == "web":
            return self.run(*image.web_health_check()).returncode == 0
        kind, question = image.services()[name]["healthcheck"]["test"]
        assert kind == "CMD-SHELL"
        return self.run("sh", "-c", question).returncode == 0

    def get(self, path: str, *, scheme: str = "https") -> tuple[int, str, dict[str, str]]:
        """Ask as the proxy in front does."""
        headers = {"Host": HOST, "X-Forwarded-Proto": scheme, "X-Forwarded-For": "192.0.2.7"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with NO_REDIRECTS.open(request, timeout=20) as response:
                return response.status, response.read().decode(errors="replace"), dict(response.headers)
        except HTTPError as refusal:
            with refusal:
                return refusal.code, "", dict(refusal.headers)


class StayHere(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


NO_REDIRECTS = urllib.request.build_opener(StayHere)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    logs = tmp_path_factory.mktemp("deployment")
    folder = logs / "app"
    built = image.build(folder)
    assert (built.returncode, built.stderr) == (0, "")
    with ExitStack() as stack:
        database, broker = stack.enter_context(servers.postgres(logs)), stack.enter_context(servers.redis(logs))
        sink = stack.enter_context(mail_sink(logs))
        yours = {"SECRET_KEY": "0123456789abcdef" * 4, "SITE_URL": f"https://{HOST}", "TRUSTED_PROXY_COUNT": "1"}
        given = {
            name: image.interpolated(text, POSTGRES_PASSWORD=servers.PASSWORD)
            .replace("postgres:5432", f"127.0.0.1:{database}")
            .replace("redis:6379", f"127.0.0.1:{broker}")
            for name, text in image.services()["web"]["environment"].items()
        }
        environment = {"PATH": f"{image.BIN}:{os.environ['PATH']}", "EMAIL_URL": sink.url, **yours, **given}
        portal = Deployment(folder, environment, logs, free_port(), sink.box, stack)
        done = portal.run(*image.services()["migrate"]["command"])
        assert done.returncode == 0, done.stderr
        for name in ("web", "worker", "beat"):
            portal.start(name)
        wait_for(lambda: answers_as_healthy(portal), "gunicorn")
        yield portal


def answers_as_healthy(portal: Deployment) -> bool:
    try:
        return portal.get("/healthz/")[0] == 200
    except OSError:
        return False


def test_every_container_is_healthy_by_its_own_check(deployment):
    for name in ("web", "beat", "worker"):
        wait_for(lambda name=name: deployment.is_healthy(name), f"a healthy {name}", 30)


def test_portal_is_ready(deployment):
    assert deployment.get("/readyz/")[:2] == (200, '{"status": "ready"}')


def test_page_comes_through_the_proxy_in_the_strict_form(deployment):
    status, page, headers = deployment.get("/")
    assert status == 200 and "Forest Allies" in page
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_plain_request_is_sent_to_https(deployment):
    status, _, headers = deployment.get("/", scheme="http")
    assert (status, headers["Location"]) == (301, f"https://{HOST}/")


def test_style_sheet_has_a_name_by_its_content_and_is_kept_for_ever(deployment):
    page = deployment.get("/")[1]
    (address,) = re.findall(r'href="(/static/css/frame\.[0-9a-f]{12}\.css)"', page)
    status, sheet, headers = deployment.get(address)
    assert status == 200 and sheet
    assert "immutable" in headers["Cache-Control"]


def test_pages_speak_the_compiled_catalogues(deployment):
    assert (deployment.folder / "locale/es/LC_MESSAGES/django.mo").exists()


def test_beat_ticks_and_the_worker_delivers(deployment):
    done = deployment.run("python", "manage.py", "shell", "--verbosity=0", "-c", POST_ONE)
    assert done.returncode == 0, done.stderr
    wait_for(lambda: list(deployment.mails.glob("*.eml")), "the mail", 30)
    (mail,) = deployment.mails.glob("*.eml")
    assert b"Subject: It works" in mail.read_bytes()


def test_status_and_invariants_are_at_peace(deployment):
    assert json.loads(deployment.run("python", "manage.py", "status", "--json").stdout)["attention"] == []
    assert deployment.run("python", "manage.py", "check_invariants").returncode == 0


def test_second_migration_does_nothing(deployment):
    done = deployment.run(*image.services()["migrate"]["command"])
    assert (done.returncode, "No migrations to apply." in done.stdout) == (0, True)
