"""The matrix of `authorisation.toml`: role × address × verb, and no address outside it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.admin import site
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from forestallies.lib.clock import now
from members.admin_base import ScopedAdmin
from tests import world as worlds

MATRIX = tomllib.loads(Path(__file__).with_name("authorisation.toml").read_text())
ADDRESSES = {name: row for name, row in MATRIX.items() if name not in {"admin", "allauth"}}
PEOPLE = ("anon", "cy", "ana", "fay", "bo", "root")
VERBS = ("GET", "POST", "PUT", "DELETE")
ADMIN_MODELS = MATRIX["admin"]["models"]


def names(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{namespace}{pattern.name}"
        else:
            yield from names(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)


def listed() -> set[str]:
    admin = {f"admin:{page}" for page in MATRIX["admin"]["pages"]}
    kinds = ("changelist", "add", "history", "delete", "change")
    admin |= {f"admin:{model}_{kind}" for model in ADMIN_MODELS for kind in kinds}
    admin |= {f"admin:{model}_cancel" for model, row in ADMIN_MODELS.items() if "cancel" in row}
    return set(ADDRESSES) | admin | set(MATRIX["allauth"]["public"]) | set(MATRIX["allauth"]["signed_in"])


@pytest.fixture
def world(ana, bo, cy, clock):
    return worlds.build(ana=ana, bo=bo, cy=cy, at=now())


def answer_of(response) -> int | str:
    """A status, or where a redirect leads when it leads to one of the two doors."""
    if response.streaming:
        b"".join(response.streaming_content)  # read to its end, a file is closed
    if response.status_code == 302:
        if response.url.startswith(reverse("account_login")):
            return "in"
        if response.url.startswith(reverse("mfa_index")):
            return "factor"
    return response.status_code


def test_every_address_is_in_the_matrix():
    assert sorted(set(names()) ^ listed()) == []


@pytest.mark.parametrize("person", PEOPLE)
def test_matrix_holds(world, person):
    browser = worlds.sign_in(world.people[person])
    wrong = []
    for name, row in ADDRESSES.items():
        path = reverse(name, args=[world.arguments[argument] for argument in row.get("args", [])])
        for verb in VERBS:
            expected = row.get(verb, {"anon": "in" if "anon" in str(row) else 405, "others": 405})
            expected = expected.get(person, expected.get("others"))
            body = urlencode(row.get("body", {}) if verb == "POST" else {})
            got = answer_of(browser.generic(verb, path, body, "application/x-www-form-urlencoded"))
            if got != expected:
                wrong.append(f"{verb} {name}: {got}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("person", PEOPLE)
def test_admin_pages_open_for_those_listed_only(world, person):
    browser = worlds.sign_in(world.people[person])
    outside = "in" if person == "anon" else 403
    staff = person in {"fay", "bo", "root"}
    wrong = []
    for model, row in ADMIN_MODELS.items():
        pk = world.objects[model].pk
        # Django's admin sends away, rather than answers 404, from an object the reader cannot find.
        closed = 302 if person in row["list"] else 403
        expected = {
            "changelist": 200 if person in row["list"] else 403,
            "add": 200 if person in row["add"] else 403,
            "change": 200 if person in row["open"] else closed,
            "history": 200 if person in row["open"] else 302,
            "delete": 403,
        }
        if "cancel" in row:
            expected["cancel"] = 200 if person in row["cancel"] else 302
        for kind, status in expected.items():
            args = [] if kind in {"changelist", "add"} else [pk]
            got = answer_of(browser.get(reverse(f"admin:{model}_{kind}", args=args)))
            if got != (status if staff else outside):
                wrong.append(f"{model}_{kind}: {got}, not {status if staff else outside}")
    assert not wrong, "\n".join(wrong)


def test_every_admin_page_is_scoped():
    assert [type(admin).__name__ for admin in site._registry.values() if not isinstance(admin, ScopedAdmin)] == []
    assert {f"{model._meta.app_label}_{model._meta.model_name}" for model in site._registry} == set(ADMIN_MODELS)


def test_public_addresses_are_these():
    """A literal list: whoever opens an address to everybody has to write it here as well."""
    public = {name for name in set(names()) if is_public(name)}
    assert public == {
        "home", "privacy", "code_of_conduct", "set_language", "forest_allies", "sske", "healthz", "readyz", "apply",
        "application_sent", "application_saved", "application_continue", "application_status", "application_answer",
        "application_withdraw", "welcome", "verify_form", "certificate_verify", "admin:login",
        "calendar_feed", "place_page", "assignment_page", "feedback_place", "material_download_role",
        "join_place", "join_place_go", "join_role", "join_role_go", "messages_stop", "gathering_page", "contact_page",
        "introduction_page", "icfm", "theme_list", "theme_page", "partner_list", "partner_logo", "contact", "robots",
        "sitemap", "concern_report", "concern_sent", "membership_page", "membership_check_page", "term_text",
        "address_take_back", "erasure_page",
        *MATRIX["allauth"]["public"],
    }  # fmt: skip


def is_public(name: str) -> bool:
    view = view_named(name)
    return not getattr(view, "login_required", True)


def view_named(name: str):
    def search(resolver, namespace=""):
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern) and f"{namespace}{pattern.name}" == name:
                return pattern.callback
            if isinstance(pattern, URLResolver):
                inner = f"{pattern.namespace}:" if pattern.namespace else namespace
                if found := search(pattern, inner):
                    return found
        return None

    return search(get_resolver())
