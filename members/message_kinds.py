"""The kinds of messages about joining and about accounts."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, register

register(
    Kind(name="application_received", label=_("application received")),
    Kind(name="application_exists", label=_("application received before")),
    Kind(name="already_member", label=_("applied again, is a member")),
    Kind(name="application_to_review", label=_("application to decide on")),
    Kind(name="applications_to_review", label=_("more applications to decide on")),
    Kind(name="address_stopped", label=_("address that takes no messages"), waits_for_day=True),
    Kind(name="welcome", label=_("welcome")),
    Kind(name="application_declined", label=_("application declined")),
    Kind(
        name="contact_request",
        label=_("request to get in touch"),
        wish=_("When a member would like to get in touch with me"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(name="contact_accepted", label=_("two people in touch")),
    Kind(
        name="match_suggested",
        label=_("need and offer that fit"),
        wish=_("When an introduction is proposed for my needs and offers"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(name="introduction", label=_("introduction that both agreed to")),
    Kind(
        name="letter",
        label=_("letter"),
        wish=_("Letters from the coordinators"),
        waits_for_day=True,
        keeps_distance=True,
    ),
    Kind(name="letter_important", label=_("important letter")),
    Kind(name="letter_test", label=_("letter, for trial")),
    Kind(name="account/email/login_code", label=_("code to sign in")),
    Kind(name="account/email/email_confirmation", label=_("confirm an e-mail address")),
    Kind(name="account/email/email_confirmation_signup", label=_("confirm an e-mail address")),
    Kind(name="account/email/email_confirm", label=_("e-mail address confirmed")),
    Kind(name="account/email/email_changed", label=_("e-mail address changed")),
    Kind(name="account/email/email_deleted", label=_("e-mail address removed")),
    Kind(name="account/email/account_already_exists", label=_("has an account already")),
    Kind(name="account/email/unknown_account", label=_("no account with this address")),
    Kind(name="account/email/password_reset", label=_("new password")),
    Kind(name="account/email/password_reset_code", label=_("new password")),
    Kind(name="account/email/password_reset_key", label=_("new password")),
    Kind(name="account/email/password_changed", label=_("password changed")),
    Kind(name="account/email/password_set", label=_("password set")),
    Kind(name="mfa/email/totp_activated", label=_("second factor set up")),
    Kind(name="mfa/email/totp_deactivated", label=_("second factor removed")),
    Kind(name="mfa/email/recovery_codes_generated", label=_("new recovery codes")),
    Kind(name="mfa/email/webauthn_added", label=_("passkey added")),
    Kind(name="mfa/email/webauthn_removed", label=_("passkey removed")),
)
