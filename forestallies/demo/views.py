"""Trying the portal: sign in as a demo account, and read the mail that the demo sent."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_POST, require_safe

from forestallies.demo import mailbox as box
from forestallies.demo.accounts import ACCOUNTS, PASSWORD
from members.models import Member


@login_not_required
@require_safe
def demo_page(request: HttpRequest) -> HttpResponse:
    """List the accounts, each with a button."""
    return render(request, "demo/accounts.html", {"accounts": ACCOUNTS, "password": PASSWORD})


@login_not_required
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as one of the demo accounts."""
    account = next((one for one in ACCOUNTS if one.key == request.POST.get("account")), None)
    member = get_object_or_404(Member, email=account.email if account else None, is_demo=True)
    return perform_login(request, member, email_verification="none")


@login_not_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List what the demo's mail sink received, newest first."""
    return render(request, "demo/mailbox.html", {"mails": box.newest()})


@login_not_required
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its words, its calendar part and its source."""
    return render(request, "demo/mail.html", {"mail": box.read(name)})
