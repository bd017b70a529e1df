"""Addresses about joining and people."""

from django.urls import path

from members.views import applications, messages, profile, second_factor, staff, welcome

public = [
    # Applying
    path("apply/", applications.apply, name="apply"),
    path("apply/sent/", applications.application_sent, name="application_sent"),
    path("apply/status/<slug:token>/", applications.application_status, name="application_status"),
    # The link in the welcome mail
    path("welcome/<slug:token>/", welcome.welcome, name="welcome"),
    # The way out of optional messages
    path("messages/stop/<str:token>/", messages.messages_stop, name="messages_stop"),
]

own = [
    # What a member changes about herself
    path("me/profile/", profile.profile_edit, name="profile_edit"),
    path("me/messages/", messages.my_messages, name="my_messages"),
]

account = [
    # In the place of allauth's own, whose addresses and names they keep
    path("accounts/2fa/totp/activate/", second_factor.set_up_codes, name="mfa_activate_totp"),
    path("accounts/2fa/recovery-codes/", second_factor.recovery_codes, name="mfa_view_recovery_codes"),
]

staff_pages = [
    # The queue of applications
    path("staff/applications/", staff.application_list, name="application_list"),
    path("staff/applications/<int:application_id>/", staff.application_detail, name="application_detail"),
    path("staff/applications/<int:application_id>/approve/", staff.application_approve, name="application_approve"),
    path("staff/applications/<int:application_id>/decline/", staff.application_decline, name="application_decline"),
    path("staff/applications/<int:application_id>/reopen/", staff.application_reopen, name="application_reopen"),
]

urlpatterns = public + own + account + staff_pages
