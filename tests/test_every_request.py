"""What holds for every request: refused input, security headers, private pages uncached, words for what goes wrong."""

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client
from django.urls import reverse
from django.utils import translation
from psycopg2.errors import LockNotAvailable

from events.actions import registrations

NUL = "\x00"


@pytest.mark.parametrize(
    "send",
    [
        lambda browser: browser.get("/", {"q": f"a{NUL}b"}),
        lambda browser: browser.get("/workshops/a%00b/"),
        lambda browser: browser.post("/apply/", {"name": f"Ana{NUL}"}),
        lambda browser: browser.post("/apply/", {f"na{NUL}me": "Ana"}),
        lambda browser: browser.get("/", headers={"x-anything": f"a{NUL}b"}),
        lambda browser: browser.post("/apply/", "name=a%00", content_type="application/x-www-form-urlencoded"),
    ],
)
def test_nul_in_any_part_is_refused(client, community, send):
    answer = send(client)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "send",
    [
        lambda browser: browser.get("/", {"q": NUL}),
        lambda browser: browser.post(
            "/apply/", f"a={'b' * 2_000_000}", content_type="application/x-www-form-urlencoded"
        ),
        lambda browser: browser.post("/apply/", {f"f{number}": "" for number in range(3_000)}),
    ],
)
def test_refused_request_is_answered_in_the_readers_language(client, db, send):
    translation.activate("fr")  # what another reader's page left behind in this thread
    answer = send(client)
    assert answer.status_code == 400
    assert '<html lang="en"' in answer.content.decode()


def test_button_pressed_after_the_session_ended_leads_back_to_its_page(client, workshop):
    page = reverse("workshop_page", args=[workshop.slug])
    referer = {"referer": f"http://testserver{page}"}
    answer = client.post(reverse("registration_create", args=[workshop.pk]), headers=referer)
    assert answer.url == f"{reverse('account_login')}?next={page}"


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/", "//evil.example/", "javascript:alert(1)", "\xff", "http://testserver.evil/"],
)
def test_button_pressed_after_the_session_ended_leads_nowhere_else(client, workshop, referer):
    answer = client.post(reverse("registration_create", args=[workshop.pk]), headers={"referer": referer})
    assert answer.url == f"{reverse('account_login')}?next="


def test_every_answer_carries_the_security_headers(client, community):
    for path in ("/", "/forest-allies/", "/nowhere/", "/accounts/login/", "/admin/"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"


def test_private_pages_are_kept_by_no_cache(as_ana):
    assert "no-store" in as_ana.get(reverse("my_page")).headers["Cache-Control"]


def test_busy_database_is_said_in_words_and_changes_nothing(as_ana, ana, workshop, monkeypatch, clock):
    def busy(**_):
        raise OperationalError("lock timeout") from LockNotAvailable()

    monkeypatch.setattr(registrations, "register", busy)
    page = as_ana.get(reverse("workshop_page", args=[workshop.slug])).content.decode()
    key = page.split('name="submission" value="')[1].split('"')[0]
    answer = as_ana.post(reverse("registration_create", args=[workshop.pk]), {"submission": key})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert not ana.registrations.exists()


def test_other_database_errors_are_not_called_busy(as_ana, workshop, monkeypatch):
    def broken(**_):
        raise OperationalError("no such luck")

    monkeypatch.setattr(registrations, "register", broken)
    with pytest.raises(OperationalError):
        as_ana.post(
            reverse("registration_create", args=[workshop.pk]), {"submission": "7f1c9cf0-6d7b-4a0e-9a53-0d7f54ad3a11"}
        )


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_database_out_of_reach_is_said_without_asking_it(as_ana, workshop, monkeypatch, error):
    def broken(**_):
        raise error("server closed the connection unexpectedly")

    monkeypatch.setattr(registrations, "register", broken)
    as_ana.raise_request_exception = False
    answer = as_ana.post(
        reverse("registration_create", args=[workshop.pk]), {"submission": "7f1c9cf0-6d7b-4a0e-9a53-0d7f54ad3a11"}
    )
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "lo que llega dos veces se hace una sola vez" in answer.content.decode()


def test_form_without_proof_of_origin_is_refused_in_words(ana, workshop):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana)
    answer = browser.post(reverse("registration_create", args=[workshop.pk]))
    assert answer.status_code == 403
    assert "text/html" in answer.headers["Content-Type"]


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_sign_in_leads_nowhere_else(client, ana, target):
    ana.set_password("under the shade trees")
    ana.save(update_fields=["password"])
    ana.emailaddress_set.create(email=ana.email, verified=True, primary=True)
    words = {"login": ana.email, "password": "under the shade trees", "next": target}
    assert client.post(reverse("account_login"), words).url == reverse("my_page")


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_every_language_can_be_chosen(client, community, language):
    client.post(reverse("set_language"), {"language": language, "next": "/"})
    assert f'<html lang="{language}"' in client.get("/").content.decode()


def test_members_read_their_own_language_unless_they_choose_another(as_ana):
    assert '<html lang="es"' in as_ana.get(reverse("my_page")).content.decode()
    as_ana.post(reverse("set_language"), {"language": "fr", "next": "/"})
    assert '<html lang="fr"' in as_ana.get(reverse("my_page")).content.decode()


def test_unknown_address_is_said_in_words(client, db):
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "text/html" in answer.headers["Content-Type"]
