"""Addresses that every kind of event shares."""

from django.urls import path

from events.views import attendance, registrations

urlpatterns = [
    # A person's place in an event
    path("events/<int:event_id>/register/", registrations.registration_create, name="registration_create"),
    path("events/<int:event_id>/cancel/", registrations.registration_cancel, name="registration_cancel"),
    # The calendar file
    path("events/<int:event_id>/calendar.ics", registrations.event_calendar, name="event_calendar"),
    # Who came
    path("staff/events/<int:event_id>/attendance/", attendance.attendance_edit, name="attendance_edit"),
]
