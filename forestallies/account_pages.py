"""The pages of one's own account, in the groups in which the menu and the pages themselves show them."""

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class AccountPage(NamedTuple):
    """One page: its words, its address by name, and the names of the pages that belong to it."""

    title: str | Promise
    url_name: str
    inside: Sequence[str] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.url_name, *self.inside)


class AccountGroup(NamedTuple):
    title: Promise
    pages: Sequence[AccountPage]


TWO_STEPS = (
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_list_webauthn", "mfa_add_webauthn", "mfa_edit_webauthn",
    "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
)  # fmt: skip

GROUPS = (
    AccountGroup(
        _("About me"),
        (
            AccountPage(_("My profile"), "profile_edit"),
            AccountPage(
                _("My membership"),
                "my_membership",
                ("my_membership_change", "my_membership_check", "my_affiliation", "contact_organisation"),
            ),
            AccountPage(_("What others see"), "directory_entry"),
            AccountPage(_("My certificates"), "my_certificates"),
        ),
    ),
    AccountGroup(
        _("Messages and calendar"),
        (
            AccountPage(_("My messages"), "my_messages"),
            AccountPage(_("My calendar"), "my_calendar"),
        ),
    ),
    AccountGroup(
        _("Privacy"),
        (
            AccountPage(_("What I agree to"), "consent_list", ("consent_ask", "consent_refuse")),
            AccountPage(_("My data"), "my_data", ("erasure_ask",)),
        ),
    ),
    AccountGroup(
        _("Signing in"),
        (
            AccountPage(_("E-mail address"), "account_email"),
            AccountPage(_("Password"), "account_change_password", ("account_set_password",)),
            AccountPage(_("Two-step sign-in"), "mfa_index", TWO_STEPS),
            AccountPage(_("Where I am signed in"), "session_list"),
        ),
    ),
)

PAGES = [page for group in GROUPS for page in group.pages]
NAMES = tuple(name for page in PAGES for name in page.names)


def page_of(url_name: str | None) -> AccountPage | None:
    """The account page to which this address belongs, if it is one of them."""
    return next((page for page in PAGES if url_name in page.names), None)
