"""Anybody may verify; only the holder downloads; nothing else is told."""

import hashlib

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from certificates import codes, issuing
from certificates.models import Document
from tests.certificates.papers import AT, facts, issued, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_asked_yet(db):
    cache.clear()


def verify(client: Client, code: str):
    return client.get(reverse("certificate_verify", args=[code]))


def test_valid_certificate_is_shown_as_it_is_printed(client, ana):
    certificate = issued(ana)
    answer = verify(client, certificate.code)
    page = answer.content.decode()
    words = certificate.words
    assert answer.status_code == 200
    assert "This certificate is genuine and valid" in page
    for value in (words.name, words.programme, words.edition, words.dates, words.attendance, words.hours):
        assert value in page
    assert "21 November 2026" in page


def test_page_leaks_nothing_about_the_holder(client, ana):
    certificate = issued(ana, name="Ana Printed")
    page = verify(client, certificate.code).content.decode()
    for value in (ana.email, ana.name, ana.zone, certificate.key, f"/{ana.pk}/"):
        assert value not in page
    assert "Lima" not in page


def test_page_is_kept_by_no_search_engine(client, ana):
    for address in (reverse("verify_form"), reverse("certificate_verify", args=[issued(ana).code])):
        answer = client.get(address)
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert '<meta name="robots" content="noindex, nofollow">' in answer.content.decode()


def test_revoked_says_revoked_and_not_why(client, ana):
    certificate = issuing.revoke(issued(ana), reason="Attendance was forged", by=None, at=AT)
    answer = verify(client, certificate.code)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This certificate was revoked on 21 November 2026" in page
    assert certificate.words.name in page
    assert "genuine and valid" not in page and "forged" not in page


def test_replaced_says_replaced_without_leading_to_the_new_one(client, ana):
    old = issued(ana, name="Ana Old")
    new = issuing.replace(old, facts=facts(name="Ana New"), language="en", by=None, at=AT)
    page = verify(client, old.code).content.decode()
    assert "This certificate was replaced on 21 November 2026" in page
    assert new.code not in page and "Ana New" not in page


def test_unknown_code_is_said_in_words(client):
    answer = verify(client, "7K3M9Q2X04TBW8HN")
    assert answer.status_code == 404
    assert "We never issued a certificate with this code" in answer.content.decode()


@pytest.mark.parametrize("code", ["7K3M", "U" * 16, "' OR 1=1 --", "<img src=x onerror=alert(1)>"])
def test_malformed_code_is_a_sentence(client, code):
    for answer in (verify(client, code), client.get(reverse("verify_form"), {"code": code})):
        page = answer.content.decode()
        assert answer.status_code in (404, 422)
        assert "A code has 16 letters and digits" in page
        assert "<img src=x" not in page


def test_code_is_read_as_people_type_it(client, ana):
    certificate = issued(ana)
    typed = codes.show(certificate.code).lower().replace("0", "o").replace("1", "l").replace("-", " ")
    answer = client.get(reverse("verify_form"), {"code": typed})
    assert answer.url == reverse("certificate_verify", args=[certificate.code])
    assert verify(client, typed).url == answer.url


def test_guessing_is_slowed_down(client):
    answers = [verify(client, codes.new_code()).status_code for _ in range(21)]
    assert answers == [404] * 20 + [429]


def test_holder_finds_and_downloads_her_certificate(as_ana, ana):
    certificate = issued(ana)
    page = as_ana.get(reverse("my_certificates")).content.decode()
    address = reverse("certificate_download", args=[certificate.pk])
    answer = as_ana.get(address)
    assert address in page
    assert answer.headers["Content-Type"] == "application/pdf"
    assert f"certificate-{codes.show(certificate.code)}.pdf" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert certificate.words.name in text_of(answer.content)
    assert Document.objects.get().sha256 == hashlib.sha256(answer.content).hexdigest()


def test_download_is_the_same_file_each_time(as_ana, ana):
    address = reverse("certificate_download", args=[issued(ana).pk])
    assert as_ana.get(address).content == as_ana.get(address).content


def test_nobody_downloads_the_certificate_of_another(as_ana, cy):
    certificate = issued(cy)
    assert as_ana.get(reverse("certificate_download", args=[certificate.pk])).status_code == 404
    assert certificate.code not in as_ana.get(reverse("my_certificates")).content.decode()


def test_typesetter_that_fails_is_an_apology(as_ana, ana, monkeypatch):
    monkeypatch.setattr("certificates.documents.ADDRESS_SPACE", 64 << 20)
    certificate = issued(ana)
    answer = as_ana.get(reverse("certificate_download", args=[certificate.pk]), follow=True)
    assert answer.redirect_chain == [(reverse("my_certificates"), 302)]
    assert Document.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_the_database_as_often_for_three_as_for_one(as_ana, ana, number, django_assert_num_queries):
    for one in range(number):
        issued(ana, key=f"test:{one}")
    as_ana.get(reverse("my_certificates"))
    with django_assert_num_queries(4):
        as_ana.get(reverse("my_certificates"))
