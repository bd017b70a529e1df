"""Addresses of Forest Allies."""

from django.urls import path

from workshops.views import carrying, notes, pages, people, planner, points, sheets

urlpatterns = [
    # The public face
    path("forest-allies/", pages.forest_allies, name="forest_allies"),
    # A gathering: what and when for everybody, choosing workshops for members
    path("gatherings/<slug:slug>/", pages.gathering_page, name="gathering_page"),
    path("gatherings/<slug:slug>/register/", pages.gathering_register, name="gathering_register"),
    path("gatherings/<slug:slug>/people/", people.gathering_people, name="gathering_people"),
    path("gatherings/<slug:slug>/people/me/", people.gathering_appear, name="gathering_appear"),
    # A workshop
    path("workshops/<slug:slug>/", pages.workshop_page, name="workshop_page"),
    path("workshops/<slug:slug>/notes/", notes.workshop_notes, name="workshop_notes"),
    # What its group left with, and what of it is one's own
    path("workshops/<slug:slug>/actions/", points.workshop_points, name="workshop_points"),
    path("workshops/<slug:slug>/actions/<int:point_id>/", points.workshop_point, name="workshop_point"),
    path(
        "workshops/<slug:slug>/actions/<int:point_id>/state/", points.workshop_point_state, name="workshop_point_state"
    ),
    path("me/actions/", points.my_actions, name="my_actions"),
    path("me/actions/<int:point_id>/done/", points.my_action_done, name="my_action_done"),
    path("staff/events/<int:event_id>/sign-in-sheet/", sheets.workshop_sheet, name="workshop_sheet"),
    # The planner, for coordinators and facilitators
    path("staff/gatherings/", planner.gathering_plan, name="gathering_plan"),
    path("staff/gatherings/new/", planner.gathering_create, name="gathering_create"),
    path("staff/gatherings/<slug:slug>/open-points/", carrying.gathering_carry, name="gathering_carry"),
    path("staff/gatherings/<slug:slug>/", planner.gathering_edit, name="gathering_edit"),
]
