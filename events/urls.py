"""Addresses that every kind of event shares."""

from django.urls import path

from events.views import attendance, desk, downloads, feeds, materials, places, registrations, speaker_questions

urlpatterns = [
    # A person's place in an event
    path("events/<int:event_id>/register/", registrations.registration_create, name="registration_create"),
    path("events/<int:event_id>/cancel/", registrations.registration_cancel, name="registration_cancel"),
    path("events/<int:event_id>/accept/", registrations.offer_accept, name="offer_accept"),
    path("events/<int:event_id>/wishes/", registrations.wishes_change, name="wishes_change"),
    path("place/<str:token>/", places.place_page, name="place_page"),
    # The calendar file
    path("events/<int:event_id>/calendar.ics", registrations.event_calendar, name="event_calendar"),
    # Materials, for those whom they concern and by the personal link of a role
    path("materials/<int:material_id>/", downloads.material_download, name="material_download"),
    path(
        "assignment/<str:token>/materials/<int:material_id>/",
        downloads.material_download_role,
        name="material_download_role",
    ),
    # Questions to the speakers
    path("events/<int:event_id>/questions/", speaker_questions.speaker_questions_page, name="speaker_questions"),
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
    path("staff/events/<int:event_id>/attendance/", attendance.attendance_edit, name="attendance_edit"),
    # What people get to read and hear
    path("staff/events/<int:event_id>/materials/", materials.material_list, name="material_list"),
    path(
        "staff/events/<int:event_id>/materials/<int:material_id>/",
        materials.material_change,
        name="material_change",
    ),
    # What people want to hear from the speakers
    path(
        "staff/events/<int:event_id>/questions/",
        speaker_questions.speaker_question_list,
        name="speaker_question_list",
    ),
]
