"""Setting up the second factor on the way to somewhere: allauth's pages, and the way on from them."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from forestallies.lib import links


class SetUpCodes(ActivateTOTPView):
    """Switch one-time codes on, then go on to `next`: past the recovery codes, where these were made just now.

    It takes a valid code, so who has no password is not asked for another one before she sees her recovery codes.
    """

    def form_valid(self, form: Form) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp", reauthenticated=True)
        return answer

    def get_success_url(self) -> str:
        onward = links.inside(self.request, self.request.GET.get("next", ""))
        if self.did_generate_recovery_codes:
            return f"{reverse('mfa_view_recovery_codes')}?{urlencode({'next': onward or reverse('my_page')})}"
        return onward or str(super().get_success_url())


class RecoveryCodes(ViewRecoveryCodesView):
    """Show the recovery codes, and the way on for those who came here on their way."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        onward = links.inside(self.request, self.request.GET.get("next", ""))
        return {**super().get_context_data(**kwargs), "onward": onward}


set_up_codes = SetUpCodes.as_view()
recovery_codes = RecoveryCodes.as_view()
