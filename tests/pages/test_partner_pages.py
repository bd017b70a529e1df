"""Logos of partners: taken as small pictures, shown with a permission that holds, and never without."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from audit.models import Entry
from forestallies.demo.seed.public import draw_logo
from members.models import Grant
from programs.models import Partner, PartnerLogo
from tests.factories import EditionFactory, GrantFactory, MemberFactory, PartnerFactory, PartnerLogoFactory
from tests.html_forms import fields_of
from tests.world import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]  # Saturday 21 November 2026
PNG = draw_logo([46, 112, 76])
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b08001000200101110000ffd9")
LIST = reverse("partner_list")


def form_page(partner) -> str:
    return reverse("admin:programs_partner_change", args=[partner.pk])


def upload(browser, partner, content, name="logo.png", **changes):
    fields = {**fields_of(browser.get(form_page(partner))), **changes}
    fields["logo_file"] = SimpleUploadedFile(name, content)
    return browser.post(form_page(partner), fields)


@pytest.mark.parametrize(("content", "name", "size"), [(PNG, "a.png", (160, 100)), (JPEG, "a.jpg", (32, 16))])
def test_small_picture_is_kept_with_its_size_and_served_harmlessly(as_bo, client, content, name, size):
    partner = PartnerFactory.create()
    assert upload(as_bo, partner, content, name).status_code == 302
    logo = PartnerLogo.objects.get()
    assert (bytes(logo.content), (logo.width, logo.height)) == (content, size)
    answer = client.get(reverse("partner_logo", args=[partner.pk]))
    assert (answer.content, answer["X-Content-Type-Options"]) == (content, "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"] and answer["Content-Type"].startswith("image/")
    assert Entry.objects.filter(verb="partner.logo_set").get().detail == {"bytes": len(content)}


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"<svg onload='alert(1)'/>", "logo.svg", "Files of this type are not taken"),
        (b"<script>alert(1)</script>", "logo.png", "its content is something else"),
        (b"%PDF-1.7 logo", "logo.pdf", "A logo is a picture"),
        (PNG + b"0" * 20_000, "logo.png", "at most 20 kB"),
        (PNG[:16] + b"\xff" * 8 + PNG[24:], "logo.png", "at most 1200 dots"),
        (b"", "logo.png", "empty"),
    ],
)
def test_anything_else_gets_one_clear_sentence(as_bo, content, name, words):
    answer = upload(as_bo, PartnerFactory.create(), content, name)
    assert answer.status_code == 200 and words in answer.content.decode() and not PartnerLogo.objects.exists()


@pytest.mark.parametrize(
    ("changes", "shown"),
    [({}, True), ({"logo_allowed_until": date(2026, 11, 21)}, True),
     ({"logo_allowed_until": date(2026, 11, 20)}, False),
     ({"logo_allowed_on": date(2026, 11, 22)}, False), ({"logo_allowed_by": "", "logo_allowed_on": None}, False),
     ({"is_shown": False}, False)],
)  # fmt: skip
def test_logo_is_shown_only_while_it_is_allowed(client, changes, shown):
    partner = PartnerFactory.create(**changes)
    PartnerLogoFactory.create(partner=partner)
    address = reverse("partner_logo", args=[partner.pk])
    assert client.get(address).status_code == (200 if shown else 404)
    assert (f'src="{address}' in client.get(LIST).content.decode()) is shown
    assert (partner.name in client.get(LIST).content.decode()) is partner.is_shown  # its name stands without a logo


def test_logo_without_a_permission_is_not_kept(as_bo):
    partner = PartnerFactory.create(logo_allowed_by="", logo_allowed_on=None)
    answer = upload(as_bo, partner, PNG)
    assert "please write down who allowed it" in answer.content.decode() and not PartnerLogo.objects.exists()


def test_logo_is_removed_for_good(as_bo):
    partner = PartnerLogoFactory.create().partner
    as_bo.post(form_page(partner), {**fields_of(as_bo.get(form_page(partner))), "remove_logo": "on"})
    assert not PartnerLogo.objects.exists() and Entry.objects.filter(verb="partner.logo_removed").exists()


def test_coordinators_change_the_partners_of_what_they_coordinate(bo, as_bo):
    foreign = PartnerFactory.create(community=None, programme=EditionFactory.create().programme)
    answer = as_bo.post(form_page(foreign), {"name": "Mine now"})
    assert answer.status_code == 403 and Partner.objects.get().name == foreign.name
    GrantFactory.create(member=bo, circle=EditionFactory.create().circle, right=Grant.Right.COORDINATOR)
    fields = {**fields_of(as_bo.get(form_page(foreign))), "name": "Ours now"}
    assert as_bo.post(form_page(foreign), fields).status_code == 302 and Partner.objects.get().name == "Ours now"


def test_partner_belongs_to_one_thing_and_links_to_the_web(as_bo):
    partner = PartnerFactory.create()
    fields = {**fields_of(as_bo.get(form_page(partner))), "community": "", "link": "javascript:alert(1)"}
    text = as_bo.post(form_page(partner), fields).content.decode()
    assert "one of the two" in text and "beginning with https://" in text


def test_facilitators_look_at_partners_and_change_none(community):
    fay = MemberFactory.create(name="Fay")
    GrantFactory.create(member=fay, circle=community.circle, right=Grant.Right.FACILITATOR)
    page = form_page(PartnerFactory.create())
    assert (sign_in(fay).get(page).status_code, sign_in(fay).post(page, {}).status_code) == (200, 403)
