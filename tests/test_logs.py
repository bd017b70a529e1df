"""What is logged names nobody: neither the line nor the traceback under it."""

import io
import logging
from types import SimpleNamespace

import pytest
from django.db import IntegrityError
from django.urls import get_resolver

from forestallies.lib import links
from forestallies.logs import MaskSecrets
from tests.factories import MemberFactory


@pytest.fixture
def log():
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(MaskSecrets("{levelname} {name}: {message}", style="{"))
    logger = logging.getLogger("portal")
    logger.setLevel("INFO")
    logger.addHandler(handler)
    yield SimpleNamespace(line=logger.info, exception=logger.exception, written=written)
    logger.removeHandler(handler)


def test_addresses_and_tokens_are_masked_in_lines(log):
    log.line("GET /welcome/%s/ for %s", "s3cret", "ana@example.org")
    assert log.written.getvalue() == "INFO portal: GET /welcome/…/ for …@…\n"


def test_every_address_with_a_secret_in_it_is_masked(log):
    """Asked of the portal's own addresses, so that a new one cannot be forgotten."""
    starts = sorted(set(links._starts(get_resolver().url_patterns, "")))
    for start in starts:
        log.line("GET /%s%s/", start, "7.s3cret")
    assert len(starts) > 12
    assert [line for line in log.written.getvalue().splitlines() if "s3cret" in line] == []


def test_calendar_addresses_are_masked_in_lines(log):
    log.line('"GET /ical/%s.ics HTTP/1.1" 404, webcal://portal.example.org/ical/%s.ics', "s3c-re_t", "0ther")
    assert log.written.getvalue() == ('INFO portal: "GET /ical/… HTTP/1.1" 404, webcal://portal.example.org/ical/…\n')


def test_addresses_are_masked_in_tracebacks(log, db):
    """The database quotes the row that is already there."""
    MemberFactory.create(email="ana@example.org")
    try:
        MemberFactory.create(email="ana@example.org")
    except IntegrityError:
        log.exception("could not save")
    written = log.written.getvalue()
    assert "IntegrityError" in written
    assert "ana@example.org" not in written


def test_line_break_forges_no_line(log):
    log.line("agent %s", "x\r\n2026-01-01 ERROR forged")
    assert log.written.getvalue().count("\n") == 1
