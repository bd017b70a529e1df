"""Addresses that every kind of event shares."""

from django.urls import path

from events.views import attendance, check_in, desk, feeds, joining, places, registrations

urlpatterns = [
    # A person's place in an event
    path("events/<int:event_id>/register/", registrations.registration_create, name="registration_create"),
    path("events/<int:event_id>/cancel/", registrations.registration_cancel, name="registration_cancel"),
    path("events/<int:event_id>/accept/", registrations.offer_accept, name="offer_accept"),
    path("events/<int:event_id>/wishes/", registrations.wishes_change, name="wishes_change"),
    path("place/<str:token>/", places.place_page, name="place_page"),
    # The way into an event: signed in, or by the link of a mail
    path("join/<int:event_id>/", joining.join_event, name="join_event"),
    path("join/<int:event_id>/go/", joining.join_event_go, name="join_event_go"),
    path("join/place/<str:token>/", joining.join_place, name="join_place"),
    path("join/place/<str:token>/go/", joining.join_place_go, name="join_place_go"),
    path("join/role/<str:token>/", joining.join_role, name="join_role"),
    path("join/role/<str:token>/go/", joining.join_role_go, name="join_role_go"),
    # The calendar file
    path("events/<int:event_id>/calendar.ics", registrations.event_calendar, name="event_calendar"),
    # All of one's sessions in one's own calendar program
    path("me/calendar/", feeds.my_calendar, name="my_calendar"),
    path("me/calendar/address/", feeds.calendar_address_renew, name="calendar_address_renew"),
    path("me/calendar/address/withdraw/", feeds.calendar_address_withdraw, name="calendar_address_withdraw"),
    path("ical/<slug:token>.ics", feeds.calendar_feed, name="calendar_feed"),
    # Who has a seat, waits or wishes to come
    path("staff/events/<int:event_id>/registrations/", desk.registration_list, name="registration_list"),
    path(
        "staff/events/<int:event_id>/registrations/<int:registration_id>/",
        desk.registration_detail,
        name="registration_detail",
    ),
    # Who came
    path("staff/events/<int:event_id>/check-in/", check_in.check_in_code, name="check_in_code"),
    path("staff/events/<int:event_id>/attendance/", attendance.attendance_edit, name="attendance_edit"),
]
