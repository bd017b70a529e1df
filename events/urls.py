"""Addresses that every kind of event shares."""

from django.urls import path

from events import views

urlpatterns = [
    # A person's place in an event
    path("events/<int:event_id>/register/", views.registration_create, name="registration_create"),
    path("events/<int:event_id>/cancel/", views.registration_cancel, name="registration_cancel"),
    # The calendar file
    path("events/<int:event_id>/calendar.ics", views.event_calendar, name="event_calendar"),
]
