"""The staff admin: one site, one scoped base class, a second factor at the door."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from forestallies.lib import clock
from members import policies


class StaffAdminSite(AdminSite):
    """The admin for everybody with a staff right; what each person sees there follows from `visible_to`."""

    site_title = site_header = _("Forest Allies staff")
    index_title = _("What do you want to look after?")

    def has_permission(self, request: HttpRequest) -> bool:
        if not request.user.is_authenticated or not policies.is_staff(request.user, at=clock.now()):
            return False
        return policies.has_second_factor(request)
