"""Every address of the portal, by room."""

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from forestallies.views import (
    front,
    health,
    me,
    my_data,
    outbox,
    outbox_addresses,
    outbox_notice,
    participation,
    partnerships,
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
    path("language/", login_not_required(require_POST(set_language)), name="set_language"),
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
]

machines = [
    # Health
    path("healthz/", health.healthz, name="healthz"),
    path("readyz/", health.readyz, name="readyz"),
]

urlpatterns = [
    *front_pages,
    *member_pages,
    *staff_pages,
    *partnership_pages,
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
