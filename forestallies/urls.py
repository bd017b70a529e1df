"""Every address of the portal, by room."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from forestallies.views import (
    community_health,
    concerns,
    front,
    health,
    me,
    merging,
    my_data,
    outbox,
    outbox_addresses,
    outbox_notice,
    participation,
    partnerships,
    public,
    reports,
    staff_erasures,
    staff_events,
)

handler400 = "forestallies.views.errors.bad_request"
handler403 = "forestallies.views.errors.forbidden"
handler404 = "forestallies.views.errors.not_found"
handler500 = "forestallies.views.errors.server_error"

front_pages = [
    # Everybody
    path("", front.home, name="home"),
    path("privacy/", front.privacy, name="privacy"),
    path("code-of-conduct/", front.code_of_conduct, name="code_of_conduct"),
    path("terms/<slug:term>/<str:version>/", front.term_text, name="term_text"),
    path("language/", login_not_required(require_POST(set_language)), name="set_language"),
]

public_pages = [
    # What everybody may read
    path("community-forest-management/", public.icfm, name="icfm"),
    path("themes/", public.theme_list, name="theme_list"),
    path("themes/<slug:slug>/", public.theme_page, name="theme_page"),
    path("partners/", public.partner_list, name="partner_list"),
    path("partners/<int:partner_id>/logo/", public.partner_logo, name="partner_logo"),
    path("contact/", public.contact, name="contact"),
    path("robots.txt", public.robots, name="robots"),
    path("sitemap.xml", public.sitemap, name="sitemap"),
]

concern_pages = [
    # Something is not right: for everybody, and for those who look into it
    path("concern/", concerns.concern_report, name="concern_report"),
    re_path(r"^concern/sent/(?P<reference>[A-Z2-9]{4}-[A-Z2-9]{4})/$", concerns.concern_sent, name="concern_sent"),
    path("staff/concerns/", concerns.concern_list, name="concern_list"),
    path("staff/concerns/<int:concern_id>/", concerns.concern_detail, name="concern_detail"),
]

member_pages = [
    # Oneself
    path("me/", me.my_page, name="my_page"),
    path("me/participation/", participation.participation, name="participation"),
    # One's own data: what there is, a copy of it, being erased
    path("me/data/", my_data.my_data, name="my_data"),
    path("me/data/export/", my_data.data_export_create, name="data_export_create"),
    path("me/data/export/<int:export_id>/", my_data.data_export_fetch, name="data_export_fetch"),
    path("me/data/erase/", my_data.erasure_ask, name="erasure_ask"),
    # The link in the mails about being erased
    path("erasure/<str:token>/", my_data.erasure_page, name="erasure_page"),
]

staff_pages = [
    # The events one looks after
    path("staff/events/", staff_events.staff_event_list, name="staff_event_list"),
    # Erasing people who cannot ask for it themselves, for coordinators
    path("staff/erasures/", staff_erasures.erasure_list, name="erasure_list"),
    path("staff/erasures/new/<int:member_id>/", staff_erasures.erasure_create, name="erasure_create"),
    path("staff/erasures/<int:wish_id>/take-back/", staff_erasures.erasure_take_back, name="erasure_take_back"),
]

partnership_pages = [
    # Partnerships that began, for coordinators
    path("staff/partnerships/", partnerships.partnership_list, name="partnership_list"),
    path("staff/partnerships/new/<int:community_id>/", partnerships.partnership_create, name="partnership_create"),
    path("staff/partnerships/<int:partnership_id>/", partnerships.partnership_edit, name="partnership_edit"),
]

merging_pages = [
    # Two records of one person or of one organisation, for coordinators
    path("staff/merge/people/", merging.choose, {"of": "people"}, name="merge_people_choose"),
    path("staff/merge/people/<int:kept_id>/<int:other_id>/", merging.merge, {"of": "people"}, name="merge_people"),
    path("staff/merge/organisations/", merging.choose, {"of": "organisations"}, name="merge_organisations_choose"),
    path(
        "staff/merge/organisations/<int:kept_id>/<int:other_id>/",
        merging.merge,
        {"of": "organisations"},
        name="merge_organisations",
    ),
]

outbox_pages = [
    # The outbox, for coordinators
    path("staff/outbox/", outbox.outbox_list, name="outbox_list"),
    path("staff/outbox/<int:notice_id>/", outbox_notice.outbox_notice, name="outbox_notice"),
    path("staff/outbox/<int:notice_id>/html/", outbox_notice.outbox_html, name="outbox_html"),
    path("staff/outbox/<int:notice_id>/cancel/", outbox_notice.outbox_cancel, name="outbox_cancel"),
    path("staff/outbox/<int:notice_id>/resend/", outbox_notice.outbox_resend, name="outbox_resend"),
    # Addresses that were refused
    path("staff/outbox/addresses/", outbox_addresses.outbox_address_list, name="outbox_address_list"),
    path(
        "staff/outbox/addresses/<int:address_id>/let-go-on/",
        outbox_addresses.outbox_address_let_go_on,
        name="outbox_address_let_go_on",
    ),
]

report_pages = [
    # Reports, for coordinators
    path("staff/reports/attendance/", reports.attendance_list, name="attendance_list"),
    path(
        "staff/reports/attendance/<slug:kind>/<slug:slug>/<slug:name>/",
        reports.attendance_report,
        name="attendance_report",
    ),
    path(
        "staff/reports/attendance/<slug:kind>/<slug:slug>/<slug:name>.<slug:form>",
        reports.attendance_download,
        name="attendance_download",
    ),
    # How a community fares, in numbers only
    path("staff/reports/community/<slug:slug>/", community_health.community_health, name="community_health"),
    path(
        "staff/reports/community/<slug:slug>/<slug:name>.<slug:form>",
        community_health.community_health_download,
        name="community_health_download",
    ),
]

machines = [
    # Health
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
]

urlpatterns = [
    *front_pages,
    *public_pages,
    *concern_pages,
    *member_pages,
    *staff_pages,
    *partnership_pages,
    *merging_pages,
    *outbox_pages,
    *report_pages,
    *machines,
    path("", include("workshops.urls")),
    path("", include("programs.urls")),
    path("", include("events.urls")),
    path("", include("members.urls")),
    path("", include("certificates.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
]

if settings.DEMO:
    urlpatterns.append(path("", include("forestallies.demo.urls")))
