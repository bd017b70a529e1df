"""What everybody may read beside the first page: the model of work, themes, partners, whom to write to."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_safe

from forestallies import visitors
from forestallies.lib import clock
from members.models import Community, Project, Theme
from members.views.applications import COMMUNITY
from programs.models import Partner, PartnerLogo, Programme
from workshops.models import Gathering, Workshop

SHOWN = 60  # workshops of a theme
PAGES = ("home", "forest_allies", "sske", "icfm", "theme_list", "partner_list", "contact", "apply", "privacy",
         "code_of_conduct", "concern_report")  # fmt: skip
CLOSED = ("/me/", "/staff/", "/admin/", "/accounts/", "/join/", "/verify/")  # to machines that collect pages


@login_not_required
@require_safe
def icfm(request: HttpRequest) -> HttpResponse:
    """Integrated community forest management in four strands, with the projects that live by it."""
    projects = Project.objects.filter(is_shown=True, community__slug=COMMUNITY)
    return render(request, "public/icfm.html", {"projects": projects})


@login_not_required
@require_safe
def theme_list(request: HttpRequest) -> HttpResponse:
    """The themes, one line each."""
    return render(request, "public/theme_list.html", {"themes": Theme.objects.all()})


@login_not_required
@require_safe
def theme_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a theme is about, and its workshops that everybody may know of, at the visitor's own hour if she says it."""
    theme, at = get_object_or_404(Theme, slug=slug), clock.now()
    workshops = Workshop.objects.published().filter(theme=theme, gathering__is_published=True)
    rows = list(workshops.select_related("gathering").order_by("-starts_at", "-pk")[:SHOWN])
    zone = visitors.zone_of(request)
    context = {
        "theme": theme,
        "coming": [(row, visitors.when(row, zone)) for row in reversed(rows) if row.ends_at > at],
        "past": [(row, visitors.when(row, zone)) for row in rows if row.ends_at <= at],
        "zone": zone,
        "zones": visitors.choices(at),
    }
    return render(request, "public/theme.html", context)


@login_not_required
@require_safe
def partner_list(request: HttpRequest) -> HttpResponse:
    """Who carries the community and the programmes, each with its role; a logo only where it was allowed."""
    today = clock.now().date()
    partners = Partner.objects.shown().select_related("programme", "community")
    hashes = dict(PartnerLogo.objects.values_list("partner", "sha256"))
    groups: dict[Programme | Community | None, list[tuple[Partner, str]]] = {}
    for partner in partners:
        logo = hashes.get(partner.pk, "")[:12] if partner.may_show_logo(today) else ""
        groups.setdefault(partner.community or partner.programme, []).append((partner, logo))
    ordered = sorted(groups.items(), key=lambda pair: isinstance(pair[0], Programme))
    return render(request, "public/partner_list.html", {"groups": ordered})


@login_not_required
@require_safe
def partner_logo(request: HttpRequest, partner_id: int) -> HttpResponse:
    """The picture, as long as its permission holds."""
    row = get_object_or_404(PartnerLogo.objects.select_related("partner"), pk=partner_id)
    if not row.partner.is_shown or not row.partner.may_show_logo(clock.now().date()):
        raise Http404
    etag = f'"{row.sha256}"'
    answer = HttpResponse(bytes(row.content), content_type=row.content_type, headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=answer) or answer
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    # A day: after that a withdrawn permission holds everywhere.
    patch_cache_control(answer, public=True, max_age=86_400)
    return answer


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Whom to write to for what."""
    return render(request, "public/contact.html", {})


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Tell machines that collect pages what is not for them, and where the others are."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED)]
    if settings.DEMO:
        lines = ["User-agent: *", "Disallow: /"]  # invented people are not to be found
    return HttpResponse("\n".join([*lines, f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]), "text/plain")


@login_not_required
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The pages that everybody may read, themes and gatherings among them."""
    paths = [reverse(name) for name in PAGES]
    paths += [reverse("theme_page", args=[slug]) for slug in Theme.objects.values_list("slug", flat=True)]
    gatherings = Gathering.objects.published().order_by("-starts_on").values_list("slug", flat=True)
    paths += [reverse("gathering_page", args=[slug]) for slug in gatherings]
    context = {"addresses": [f"{settings.SITE_URL}{path}" for path in paths]}
    return render(request, "public/sitemap.xml", context, content_type="application/xml")
