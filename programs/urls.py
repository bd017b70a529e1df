"""Addresses of SSKE."""

from django.urls import path

from programs import views

urlpatterns = [
    # The public face
    path("sske/", views.sske, name="sske"),
    # For members
    path("sessions/<slug:slug>/", views.session_page, name="session_page"),
]
