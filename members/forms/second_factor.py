"""Proving the second factor: each code once, as long as it is valid."""

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.core.cache import cache
from django.forms import Form


class OnceOnly(Form):
    """Refuse a code that this person has used already.

    allauth remembers a used code for one step of time. With a tolerance it is valid for longer, so that somebody who
    looked over a shoulder could use it again (RFC 6238, 5.2).
    """

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]  # allauth has no types
        steps = 1 + 2 * app_settings.TOTP_TOLERANCE
        used = "".join(filter(str.isalnum, code)).lower()
        key = f"second-factor:{self.user.pk}:{used}"  # type: ignore[attr-defined]  # allauth has no types
        if not cache.add(key, True, timeout=steps * app_settings.TOTP_PERIOD):
            raise get_adapter().validation_error("incorrect_code")
        return code


class ProveForm(OnceOnly, AuthenticateForm):
    """At signing in."""


class ProveAgainForm(OnceOnly, ReauthenticateForm):
    """In a session that is open."""
