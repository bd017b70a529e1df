"""The addresses that mail servers refused, and letting them go on."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from forestallies.lib import clock
from jobs import submissions
from jobs.forms import SubmissionForm
from members import outbox
from members.requests import MemberRequest
from members.staff import check_reader_coordinates, staff_only
from notices.actions import addresses

PER_PAGE = 25


@require_safe
@staff_only
def outbox_address_list(request: MemberRequest) -> HttpResponse:
    """List the addresses that were refused for good, those to which nothing is sent any more first."""
    check_reader_coordinates(request)
    at = clock.now()
    rows = outbox.visible_addresses(request.user, at=at).select_related("member")
    page = Paginator(rows.order_by("stopped_at", "-last_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "outbox/addresses.html", {"page": page})


@require_POST
@staff_only
def outbox_address_let_go_on(request: MemberRequest, address_id: int) -> HttpResponse:
    """Write to an address again."""
    check_reader_coordinates(request)
    at = clock.now()
    refused = get_object_or_404(outbox.visible_addresses(request.user, at=at), pk=address_id)
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That form was incomplete and nothing was changed. Please try again from this page."))
        return redirect("outbox_address_list")

    def act() -> dict[str, int]:
        addresses.let_go_on(refused=refused, by=request.user, at=at)
        return {"address": address_id}

    key, kind = form.cleaned_data["submission"], f"let_go_on:{address_id}"
    try:
        submissions.once(key=key, kind=kind, by=request.user, at=at, act=act)
        messages.success(request, _("The portal writes to this address again."))
    except addresses.AddressRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("outbox_address_list")
