"""The pages of one's own account: one folded list in groups, with the page itself marked; no dead ends."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from forestallies import account_pages
from members.models import Membership
from tests.factories import MembershipFactory


@pytest.fixture
def as_her(as_ana, ana, clock) -> Client:
    ana.language = "en"
    ana.set_password("under the shade trees")
    ana.save(update_fields=["language", "password"])
    as_ana.force_login(ana)
    return as_ana


def text(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def part(words: str, name: str) -> str:
    """What stands within the one `nav` of this class."""
    [found] = re.findall(rf'<nav class="{name}"(.*?)</nav>', words)
    return found


@pytest.mark.parametrize("page", account_pages.PAGES, ids=lambda page: page.url_name)
def test_every_page_has_the_whole_list_folded_with_itself_marked(as_her, page):
    words = text(as_her, reverse(page.url_name))
    listed = part(words, "account-nav")
    assert re.findall(r'<a href="([^"]*)"', listed) == [reverse(one.url_name) for one in account_pages.PAGES]
    assert re.findall(r'href="([^"]*)" aria-current="page"', listed) == [reverse(page.url_name)]
    assert '<details class="account-nav__fold"> <summary>' in listed and f"<strong>{page.title}</strong>" in listed
    assert words.index('class="account-nav"') < words.index("<h1>")
    assert re.findall(r'href="([^"]*)" aria-current="page"', part(words, "bottom-bar")) == ["/me/profile/"]


def test_every_page_of_an_account_is_named_once(db):
    names = account_pages.NAMES
    assert len(names) == len(set(names))
    assert account_pages.page_of("mfa_add_webauthn") == account_pages.page_of("mfa_index")
    assert account_pages.page_of("my_page") is account_pages.page_of(None) is None


def test_menu_of_the_header_has_the_same_groups(as_her):
    menu = text(as_her, "/me/").split('<p class="menu__who">')[1]
    heads = re.findall(r'<p class="menu__head">(.*?)</p>', menu)
    assert heads == ["About me", "Messages and calendar", "Privacy", "Signing in"]


def test_second_step_is_called_as_in_the_menu(as_her):
    words = text(as_her, "/accounts/2fa/")
    assert "<h1>Two-step sign-in</h1>" in words and "<title>Two-step sign-in" in words
    assert "Two-Factor" not in words


def test_who_has_paused_finds_the_way_back_and_no_closed_door(as_her, ana, community):
    hers = MembershipFactory.create(member=ana, community=community)
    assert 'href="/directory/"' in text(as_her, "/me/")
    Membership.objects.filter(pk=hers.pk).update(state="dormant")
    words = text(as_her, "/me/")
    assert 'href="/directory/"' not in words
    assert f'href="{reverse("my_membership_change", args=[hers.pk, "active"])}">Come back</a>' in words


def test_asking_for_a_new_password_ends_with_ways_on(client, db):
    words = text(client, "/accounts/password/reset/done/").split("<main")[1].split("</main>")[0]
    assert re.findall(r'class="btn[^"]*" href="([^"]*)"', words) == ["/accounts/login/", "/accounts/login/code/"]


def test_signing_in_says_beside_the_passkey_what_it_needs(client, db):
    words = text(client, "/accounts/login/")
    assert words.count("<noscript>") == 1
    assert words.index('id="passkey_login"') < words.index("<noscript>") < words.index("</main>")
