"""Addresses of Forest Allies."""

from django.urls import path

from workshops.views import notes, pages, people, planner, sheets

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
    path("staff/events/<int:event_id>/sign-in-sheet/", sheets.workshop_sheet, name="workshop_sheet"),
    # The planner, for coordinators and facilitators
    path("staff/gatherings/", planner.gathering_plan, name="gathering_plan"),
    path("staff/gatherings/new/", planner.gathering_create, name="gathering_create"),
    path("staff/gatherings/<slug:slug>/", planner.gathering_edit, name="gathering_edit"),
]
