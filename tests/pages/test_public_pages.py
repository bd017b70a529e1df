"""What everybody may read: complete, light, without script, and telling nothing that is not for everybody."""

import html
import re
from datetime import date
from itertools import pairwise

import pytest
from django.urls import reverse

from forestallies.views.public import PAGES
from members.models import Grant
from tests.factories import (
    EditionFactory,
    GrantFactory,
    MemberFactory,
    PartnerFactory,
    PartnerLogoFactory,
    ProjectFactory,
    ThemeFactory,
    WorkshopFactory,
)
from tests.factories.events import GatheringFactory
from tests.html_forms import fields_of
from tests.world import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]  # Saturday 21 November 2026, 09:00Z


@pytest.fixture
def theme(community):
    return ThemeFactory.create(summary="Women own and lead.", about="At length.")


def words_of(answer) -> str:
    return html.unescape(" ".join(answer.content.decode().split()))


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
@pytest.mark.parametrize("name", [*PAGES, "theme_page"])
def test_page_is_light_has_one_heading_and_says_where_it_belongs(client, theme, settings, name, language):
    EditionFactory.create()
    WorkshopFactory.create(theme=theme)
    path = reverse(name, args=[theme.slug] if name == "theme_page" else [])
    client.cookies["django_language"] = language
    answer = client.get(path)
    text = answer.content.decode()
    assert answer.status_code == 200 and len(answer.content) < 60_000 and "<script" not in text
    assert text.count("<h1") == 1 and f'<html lang="{language}">' in text
    assert f'<link rel="canonical" href="{settings.SITE_URL}{path}">' in text
    assert text.count('<meta name="description" content="') == 1


def test_integrated_management_has_four_strands(client):
    text = words_of(client.get(reverse("icfm")))
    assert re.findall(r"<h3>(.*?)</h3>", text) == ["Conservation", "Enterprise", "Governance", "Link to markets"]


def test_projects_are_shown_unless_they_were_taken_off(client, community):
    ProjectFactory.create(community=community, name="Brazil nuts")
    ProjectFactory.create(community=community, name="Hidden one", is_shown=False)
    text = words_of(client.get(reverse("icfm")))
    assert "Brazil nuts" in text and "Hidden one" not in text


def test_theme_tells_past_and_coming_workshops_that_everybody_may_know_of(client, theme):
    WorkshopFactory.create(theme=theme, title="Coming one")
    WorkshopFactory.create(theme=theme, title="Past one", wall_date=date(2026, 5, 19), state="closed")
    WorkshopFactory.create(theme=theme, title="Draft one", state="draft")
    hidden = GatheringFactory.create(slug="hidden", season="extra", is_published=False)
    WorkshopFactory.create(theme=theme, title="Hidden one", gathering=hidden)
    WorkshopFactory.create(theme=ThemeFactory.create(slug="other", name="Other"), title="Foreign one")
    text = words_of(client.get(theme.get_absolute_url()))
    assert text.index("Coming workshops") < text.index("Coming one") < text.index("Past workshops")
    assert text.index("Past workshops") < text.index("Past one") and "At length." in text
    assert not any(word in text for word in ("Draft one", "Hidden one", "Foreign one"))


def test_visitor_chooses_the_zone_of_the_hours(client, theme, ana):
    WorkshopFactory.create(theme=theme)  # 13:00 in Accra
    page = theme.get_absolute_url()
    assert "13:00</strong> (Accra, UTC+0)" in words_of(client.get(page))
    assert "08:00</strong> (Lima, UTC−5)" in words_of(client.get(f"{page}?zone=America/Lima"))
    assert "13:00</strong> (Accra, UTC+0)" in words_of(client.get(f"{page}?zone=../../etc/passwd"))
    assert "(Lima, UTC−5)" in words_of(sign_in(ana).get(page))  # a member's own


def test_partners_stand_by_what_they_carry_with_their_roles(client, community):
    PartnerLogoFactory.create(partner=PartnerFactory.create(name="Convenor <b>", role="convenor", text="Convenes."))
    PartnerFactory.create(
        name="Team", role="country_team", country="GH", community=None, programme=EditionFactory.create().programme
    )
    PartnerFactory.create(name="Former one", is_shown=False)
    answer = client.get(reverse("partner_list"))
    text = words_of(answer)
    assert text.index("Forest Allies</h2>") < text.index("Convenes.") < text.index("South-South exchange</h2>")
    assert "Country team · Ghana" in text and "Former one" not in text
    assert "Convenor &lt;b&gt;" in answer.content.decode()


def test_contact_says_whom_to_write_to_with_and_without_an_address(client, settings):
    assert f'href="mailto:{settings.CONTACT_EMAIL}"' in words_of(client.get(reverse("contact")))
    settings.CONTACT_EMAIL = ""
    text = words_of(client.get(reverse("contact")))
    assert "mailto:" not in text and reverse("concern_report") in text and reverse("apply") in text


def test_first_page_names_the_partners(client, community):
    PartnerFactory.create(name="Canopy Trust (demo)")
    assert "Canopy Trust (demo)" in words_of(client.get("/"))


def test_machines_find_what_is_open_and_stay_out_of_the_rest(client, theme, settings):
    GatheringFactory.create()
    GatheringFactory.create(slug="hidden", season="extra", is_published=False)
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /me/" in robots and f"Sitemap: {settings.SITE_URL}/sitemap.xml" in robots
    addresses = re.findall(r"<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode())
    assert f"{settings.SITE_URL}/gatherings/autumn-2026/" in addresses
    assert f"{settings.SITE_URL}/themes/{theme.slug}/" in addresses and "hidden" not in "".join(addresses)
    EditionFactory.create()
    for address in addresses:
        assert client.get(address.removeprefix(settings.SITE_URL)).status_code == 200


def test_demo_is_not_to_be_found(client, settings):
    settings.DEMO = True
    assert "Disallow: /\n" in client.get("/robots.txt").content.decode()


def test_coordinator_writes_about_a_theme_and_a_facilitator_does_not(as_bo, theme, community):
    page = reverse("admin:members_theme_change", args=[theme.pk])
    as_bo.post(page, {**fields_of(as_bo.get(page)), "about_en": "Written anew.", "slug": "stolen"})
    theme.refresh_from_db()
    assert (theme.about_en, theme.slug) == ("Written anew.", "gender-equality")
    fay = MemberFactory.create(name="Fay")
    GrantFactory.create(member=fay, circle=community.circle, right=Grant.Right.FACILITATOR)
    assert sign_in(fay).post(page, {"name_en": "Mine"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"), [("icfm", 1), ("theme_list", 1), ("partner_list", 2), ("contact", 0), ("theme_page", 2)]
)
def test_pages_cost_the_same_for_one_and_three(client, theme, rows, name, queries, django_assert_num_queries):
    for _turn in range(rows):
        ProjectFactory.create()
        PartnerLogoFactory.create()
        WorkshopFactory.create(theme=theme)
    path = reverse(name, args=[theme.slug] if name == "theme_page" else [])
    client.get(path)
    with django_assert_num_queries(queries):
        client.get(path)


def test_privacy_notice_says_each_heading_once_and_leads_members_to_their_data(client, as_ana, ana):
    ana.language = "en"
    ana.save(update_fields=["language"])
    words = client.get("/privacy/").content.decode().split("<main")[1].split("</main>")[0]
    heads = re.findall(r"<h[23][^>]*>(.*?)</h[23]>", words)
    assert sorted(set(heads)) == sorted(heads) and heads[-1] == "The periods in force now"
    assert 'href="/me/data/"' in words


@pytest.mark.parametrize("path", ["/privacy/", "/code-of-conduct/", "/terms/privacy/2026-11/"])
def test_texts_of_the_terms_leave_out_no_level_of_heading(client, db, path):
    words = client.get(path).content.decode().split("<main")[1].split("</main>")[0]
    levels = [int(level) for level in re.findall(r"<h(\d)", words)]
    assert levels[:2] == [1, 2]
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))
