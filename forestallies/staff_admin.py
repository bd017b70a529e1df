"""The one staff admin site replaces Django's default one, so every ModelAdmin of the portal is on it."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    default_site = "members.admin_base.StaffAdminSite"
