"""Addresses that every kind of event shares."""

from django.urls import path

from events.views import (
    assignment,
    attendance,
    check_in,
    cockpit,
    desk,
    disputes,
    downloads,
    event_message,
    feedback,
    feeds,
    joining,
    materials,
    my_room,
    places,
    registrations,
    roles,
    rooms,
    segments,
    speaker_questions,
)

urlpatterns = [
    # A person's place in an event
    path("events/<int:event_id>/register/", registrations.registration_create, name="registration_create"),
    path("events/<int:event_id>/cancel/", registrations.registration_cancel, name="registration_cancel"),
    path("events/<int:event_id>/accept/", registrations.offer_accept, name="offer_accept"),
    path("events/<int:event_id>/wishes/", registrations.wishes_change, name="wishes_change"),
    path("place/<str:token>/", places.place_page, name="place_page"),
    # A person's part in an event
    path("assignment/<str:token>/", assignment.assignment_page, name="assignment_page"),
    # The way into an event: signed in, or by the link of a mail
    path("join/<int:event_id>/", joining.join_event, name="join_event"),
    path("join/<int:event_id>/go/", joining.join_event_go, name="join_event_go"),
    path("join/place/<str:token>/", joining.join_place, name="join_place"),
    path("join/place/<str:token>/go/", joining.join_place_go, name="join_place_go"),
    path("join/role/<str:token>/", joining.join_role, name="join_role"),
    path("join/role/<str:token>/go/", joining.join_role_go, name="join_role_go"),
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
    # "This is wrong": about one's own attendance, and where the coordinators answer
    path("me/participation/<int:attendance_id>/report/", disputes.dispute_create, name="dispute_create"),
    path("staff/disputes/", disputes.dispute_list, name="dispute_list"),
    path("staff/disputes/<int:dispute_id>/", disputes.dispute_detail, name="dispute_detail"),
    # The cockpit of an event: its first page, its messages and its history
    path("staff/events/<int:event_id>/", cockpit.event_cockpit, name="event_cockpit"),
    path("staff/events/<int:event_id>/messages/", cockpit.event_messages_page, name="event_messages"),
    path("staff/events/<int:event_id>/messages/<int:notice_id>/", event_message.event_message, name="event_message"),
    path(
        "staff/events/<int:event_id>/messages/<int:notice_id>/html/",
        event_message.event_message_html,
        name="event_message_html",
    ),
    path(
        "staff/events/<int:event_id>/messages/<int:notice_id>/cancel/",
        event_message.event_message_cancel,
        name="event_message_cancel",
    ),
    path(
        "staff/events/<int:event_id>/messages/<int:notice_id>/resend/",
        event_message.event_message_resend,
        name="event_message_resend",
    ),
    path("staff/events/<int:event_id>/history/", cockpit.event_history_page, name="event_history"),
    # Who has a seat, waits or wishes to come
    path("staff/events/<int:event_id>/registrations/", desk.registration_list, name="registration_list"),
    path(
        "staff/events/<int:event_id>/registrations/<int:registration_id>/",
        desk.registration_detail,
        name="registration_detail",
    ),
    # Who does what
    path("staff/events/<int:event_id>/roles/", roles.role_list, name="role_list"),
    path("staff/events/<int:event_id>/roles/invite/", roles.role_invite, name="role_invite"),
    path("staff/events/<int:event_id>/roles/<int:role_id>/", roles.role_change, name="role_change"),
    # The run of show: built, read on the day, printed
    path("staff/events/<int:event_id>/run-of-show/", segments.segment_list, name="segment_list"),
    path("staff/events/<int:event_id>/run-of-show/move/", segments.segment_move, name="segment_move"),
    path("staff/events/<int:event_id>/run-of-show/copy/", segments.segment_copy, name="segment_copy"),
    path("staff/events/<int:event_id>/run-of-show/live/", segments.segment_live, name="segment_live"),
    path("staff/events/<int:event_id>/run-of-show/print/", segments.segment_print, name="segment_print"),
    path("staff/events/<int:event_id>/run-of-show/<int:segment_id>/", segments.segment_edit, name="segment_edit"),
    path(
        "staff/events/<int:event_id>/run-of-show/<int:segment_id>/remove/",
        segments.segment_remove,
        name="segment_remove",
    ),
    # Parallel rooms: which there are, who is where, what was noted
    path("staff/events/<int:event_id>/rooms/", rooms.room_list, name="room_list"),
    path("staff/events/<int:event_id>/rooms/new/", rooms.room_create, name="room_create"),
    path("staff/events/<int:event_id>/rooms/print/", rooms.room_print, name="room_print"),
    path("staff/events/<int:event_id>/rooms/notes/", rooms.room_notes, name="room_notes"),
    path("staff/events/<int:event_id>/rooms/<int:room_id>/", rooms.room_edit, name="room_edit"),
    path("staff/events/<int:event_id>/my-room/", my_room.my_room, name="my_room"),
    # How it was
    path("feedback/<int:event_id>/", feedback.feedback_event, name="feedback_event"),
    path("feedback/place/<str:token>/", feedback.feedback_place, name="feedback_place"),
    path("staff/events/<int:event_id>/feedback/", feedback.feedback_results, name="feedback_results"),
    # Who came
    path("staff/events/<int:event_id>/check-in/", check_in.check_in_code, name="check_in_code"),
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
