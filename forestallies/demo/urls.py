"""Addresses of the demo; `forestallies.urls` includes them only when DEMO is on."""

from django.urls import path

from forestallies.demo import views

urlpatterns = [
    path("demo/", views.demo_page, name="demo_page"),
    path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
    path("demo/mailbox/", views.mailbox, name="demo_mailbox"),
    path("demo/mailbox/<slug:name>/", views.mail, name="demo_mail"),
]
