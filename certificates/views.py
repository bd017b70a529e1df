"""Anybody may verify a certificate; its holder may read and download it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from certificates import codes, documents
from certificates.forms import VerifyForm
from certificates.models import Certificate
from forestallies.lib.limits import limited


@login_not_required
@require_safe
@limited("verify")
def verify_form(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and lead to its page."""
    form = VerifyForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("certificate_verify", form.cleaned_data["code"])
    return _public(request, "certificates/verify_form.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@require_safe
@limited("verify")
def certificate_verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what became of the certificate with this code, and what is printed on it; nothing else about anybody."""
    try:
        canonical = codes.read(code)
    except codes.MalformedCode:
        form = VerifyForm({"code": code})
        return _public(request, "certificates/verify_form.html", {"form": form}, status=404)
    if canonical != code:
        return redirect("certificate_verify", canonical)
    certificate = Certificate.objects.filter(code=canonical).first()
    context = {"certificate": certificate, "code": codes.show(canonical)}
    return _public(request, "certificates/verify.html", context, status=200 if certificate else 404)


@require_safe
def my_certificates(request: HttpRequest) -> HttpResponse:
    """List one's own certificates."""
    rows = Certificate.objects.held_by(request.user)  # type: ignore[arg-type]  # signed in, as the middleware holds
    return render(request, "certificates/mine.html", {"certificates": rows})


@require_safe
def certificate_download(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Give the PDF of one's own certificate, also of one that is not valid any more."""
    rows = Certificate.objects.held_by(request.user)  # type: ignore[arg-type]  # signed in, as the middleware holds
    certificate = get_object_or_404(rows, pk=certificate_id)
    try:
        document = documents.document_of(certificate)
    except documents.NotSet:
        messages.error(request, _("Your certificate could not be drawn just now. Please try again in a few minutes."))
        return redirect("my_certificates")
    return HttpResponse(
        bytes(document.pdf),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="certificate-{codes.show(certificate.code)}.pdf"'},
    )


def _public(request: HttpRequest, template: str, context: dict[str, Any], *, status: int) -> HttpResponse:
    """Draw a page that everybody may see and no search engine may keep."""
    response = render(request, template, context, status=status)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
