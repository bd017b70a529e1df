"""Addresses of SSKE."""

from django.urls import path

from programs.views import certificates, pages

public_and_members = [
    # The public face
    path("sske/", pages.sske, name="sske"),
    # For members
    path("sessions/<slug:slug>/", pages.session_page, name="session_page"),
]

staff_pages = [
    # Certificates of a cohort
    path("staff/certificates/", certificates.cohort_list, name="cohort_list"),
    path("staff/certificates/<int:cohort_id>/", certificates.candidate_list, name="candidate_list"),
    path("staff/certificates/<int:cohort_id>/issue/", certificates.certificates_issue, name="certificates_issue"),
    # One certificate of a cohort
    path(
        "staff/certificates/<int:cohort_id>/<int:certificate_id>/",
        certificates.certificate_detail,
        name="certificate_detail",
    ),
    path(
        "staff/certificates/<int:cohort_id>/<int:certificate_id>/replace/",
        certificates.certificate_replace,
        name="certificate_replace",
    ),
    path(
        "staff/certificates/<int:cohort_id>/<int:certificate_id>/revoke/",
        certificates.certificate_revoke,
        name="certificate_revoke",
    ),
]

urlpatterns = public_and_members + staff_pages
