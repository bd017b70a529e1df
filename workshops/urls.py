"""Addresses of Forest Allies."""

from django.urls import path

from workshops import views

urlpatterns = [
    # The public face
    path("forest-allies/", views.forest_allies, name="forest_allies"),
    # For members
    path("gatherings/<slug:slug>/", views.gathering_page, name="gathering_page"),
    path("gatherings/<slug:slug>/register/", views.gathering_register, name="gathering_register"),
    path("workshops/<slug:slug>/", views.workshop_page, name="workshop_page"),
]
