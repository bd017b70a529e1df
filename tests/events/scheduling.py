"""A facilitator at the admin's page of an event: opening it, changing it, saving it, as a browser does."""

import re
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from members.models import Circle, Member
from programs.models import Edition, Session
from tests.html_forms import fields_of


@dataclass
class Sske:
    """An edition with both cohorts, a session on 10 December 2026 at 14:00Z, and Fay, who facilitates it."""

    edition: Edition
    core: Circle
    wider: Circle
    session: Session
    fay: Member

    @property
    def page(self) -> str:
        return reverse("admin:programs_session_change", args=[self.session.pk])

    def now(self) -> Session:
        return Session.objects.get(pk=self.session.pk)


def save(browser: Client, page: str, **changes):
    """Open a page, change some fields and save, as a browser does."""
    return browser.post(page, {**fields_of(browser.get(page)), **changes})


def confirm(browser: Client, question, button: str = "_asked"):
    """Press a button of the question that came back."""
    return browser.post(question.request["PATH_INFO"], {**fields_of(question), button: "1"})


def errors(page) -> dict[str, str]:
    form = page.context["adminform"].form
    return {name: " ".join(found) for name, found in form.errors.items()}


def text_of(page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())
