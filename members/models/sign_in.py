"""Where a member is signed in, and the way back when somebody else changed her address."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.people import Member


class OpenSession(models.Model):
    """A browser in which somebody is signed in, in words that she recognises; the session itself is Django's.

    Neither the internet address nor the browser's whole signature is kept.
    """

    class Browser(models.TextChoices):
        FIREFOX = "firefox", "Firefox"
        CHROME = "chrome", "Chrome"
        EDGE = "edge", "Edge"
        SAFARI = "safari", "Safari"
        SAMSUNG = "samsung", "Samsung Internet"
        OPERA = "opera", "Opera"
        OTHER = "other", _("another browser")

    class System(models.TextChoices):
        ANDROID = "android", "Android"
        IPHONE = "iphone", "iPhone"
        IPAD = "ipad", "iPad"
        WINDOWS = "windows", "Windows"
        MAC = "mac", "Mac"
        LINUX = "linux", "Linux"
        OTHER = "other", _("another device")

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="open_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    browser = models.CharField(max_length=10, choices=Browser)
    system = models.CharField(max_length=10, choices=System)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["member", "-seen_at"], name="open_session_by_member")]

    def __str__(self) -> str:
        return f"session {self.pk} of member {self.member_id}"


class AddressChange(models.Model):
    """A change of the address that signs in, and the link by which the old address takes it back. Hash only."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="address_changes")
    old_address = models.EmailField(max_length=254)
    token_hash = models.CharField(max_length=64, unique=True)
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("changed_at")), name="address_change_expires_later"
            )
        ]

    def __str__(self) -> str:
        return f"address change {self.pk} of member {self.member_id}"

    def is_usable(self, at: datetime) -> bool:
        return self.taken_back_at is None and at < self.expires_at
