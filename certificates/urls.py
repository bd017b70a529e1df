"""Addresses of certificates."""

from django.urls import path

from certificates import views

public = [
    # Verifying
    path("verify/", views.verify_form, name="verify_form"),
    path("verify/<str:code>/", views.certificate_verify, name="certificate_verify"),
]

own = [
    # The holder's
    path("me/certificates/", views.my_certificates, name="my_certificates"),
    path("me/certificates/<int:certificate_id>/pdf/", views.certificate_download, name="certificate_download"),
]

urlpatterns = public + own
