"""The person: every human being the portal knows, whether she signs in or not."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from forestallies.lib import text, zones
from forestallies.lib.database import Fold, alike
from forestallies.lib.fields import LineField


def check_zone(value: str) -> None:
    """Accept IANA region/city names.

    Raises:
        ValidationError: for a zone that does not exist.
    """
    if value not in zones.known_zones():
        raise ValidationError(_("Please choose a time zone from the list."), code="unknown_zone")


class Gender(models.TextChoices):
    """Asked only for reports on who takes part; nobody has to answer."""

    WOMAN = "woman", _("woman")
    MAN = "man", _("man")
    SELF_DESCRIBED = "self_described", _("I describe myself otherwise")
    UNDISCLOSED = "undisclosed", _("prefer not to say")


class AgeBand(models.TextChoices):
    """Asked only for reports on who takes part; nobody has to answer."""

    UNDER_25 = "<25", _("under 25")
    FROM_25 = "25–34", _("25 to 34")
    FROM_35 = "35–49", _("35 to 49")
    FROM_50 = "50+", _("50 and over")
    UNDISCLOSED = "undisclosed", _("prefer not to say")


class MemberQuerySet(models.QuerySet["Member"]):
    def active(self) -> "MemberQuerySet":
        return self.filter(is_active=True)

    def by_address(self, address: str) -> "MemberQuerySet":
        """Whose address it is, or was before two records of hers were merged; who has it now comes first."""
        from members.models.merging import FormerAddress

        address = address.strip().lower()
        now = Member.objects.filter(email=address).order_by().values("pk")
        before = FormerAddress.objects.filter(address=address).order_by().values("member")
        has_it = Case(When(email=address, then=0), default=1)
        return self.filter(pk__in=now.union(before, all=True)).order_by(has_it, "pk")

    def behind(self, pk: int) -> "MemberQuerySet":
        """The one whom an old link names, or whose record that one's became part of."""
        from members.models.merging import Merged

        merged = Merged.objects.filter(of=Merged.Of.PERSON, former_id=pk).values("member")[:1]
        return self.filter(pk=Coalesce(Subquery(merged), pk))

    def alike(self, name: str, *, at_least: float) -> "MemberQuerySet":
        """Those with a name that resembles this one, the most alike first, with their `likeness`."""
        return alike(self, name, at_least=at_least)

    def visible_to(self, member: "Member", *, at: datetime) -> "MemberQuerySet":
        """Oneself, and everybody in a circle that one coordinates. The directory widens this for what people opened."""
        from members.models.circles import Circle, CircleMember

        if member.is_superuser:
            return self.all()
        mine = Circle.objects.run_by(member, at=at)
        inside = CircleMember.objects.current(at).filter(member=OuterRef("pk"), circle__in=mine)
        return self.filter(Q(pk=member.pk) | Exists(inside))

    def known_to(self, member: "Member", *, at: datetime) -> "MemberQuerySet":
        """Everybody who is, or was, in a circle that one coordinates."""
        from members.models.circles import Circle, CircleMember

        if member.is_superuser:
            return self.all()
        mine = Circle.objects.run_by(member, at=at)
        return self.filter(Exists(CircleMember.objects.filter(member=OuterRef("pk"), circle__in=mine)))


class MemberManager(BaseUserManager.from_queryset(MemberQuerySet)):  # type: ignore[misc]  # a base that is made
    def get_by_natural_key(self, username: str | None) -> "Member":
        return self.get(email=(username or "").lower())

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "Member":
        """Make a member who can sign in; without a password only by mailed code or an invitation link."""
        member = self.model(email=email, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "Member":
        return self.create_user(email, password, is_superuser=True, **fields)


class Member(AbstractBaseUser):
    """A person. The address may be missing (shared phones, lists, guest speakers): then nobody signs in as her.

    Rights come from grants and roles, evaluated at each request; there are no groups and no user types.
    """

    email = models.EmailField(_("e-mail address"), null=True, blank=True, unique=True)
    name = LineField(_("name"), max_length=120, help_text=_("As you want it to be read on lists and certificates."))
    gender = models.CharField(_("gender"), max_length=15, choices=Gender, default=Gender.UNDISCLOSED)
    age_band = models.CharField(_("age"), max_length=15, choices=AgeBand, default=AgeBand.UNDISCLOSED)
    country = models.CharField(_("country"), max_length=2, blank=True)  # ISO 3166-1 alpha-2
    zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[check_zone])
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="en")
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    # How often she signed out everywhere. It is part of what a session is checked against at each request, so one more
    # ends all sessions there are, known to the portal or not.
    sign_outs = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_on = models.DateField(null=True, editable=False)  # the last day she was here signed in, no page, no hour
    # Her row stays for the counts, with nothing in it; see `forestallies.privacy.erasure`. Nobody comes back from it.
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = MemberManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="member_address_once"),
            models.CheckConstraint(condition=~Q(email=""), name="member_address_null_not_empty"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(is_active=False, email__isnull=True),
                name="member_erased_is_out",
            ),
        ]
        indexes = [
            models.Index(Fold("name"), "id", name="member_by_name"),
            GinIndex(OpClass(Fold("name"), name="gin_trgm_ops"), name="member_alike"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **kwargs: Any) -> None:
        self.email = self.email.strip().lower() if self.email else None
        super().save(**kwargs)

    def clean(self) -> None:
        super().clean()
        self.email = self.email.strip().lower() if self.email else None
        text.check_printable(self.email or "")  # a quoted address may hold control characters
        self._check_address_is_nobody_elses()

    def _check_address_is_nobody_elses(self) -> None:
        from members.models.merging import FormerAddress

        if self.email and FormerAddress.objects.filter(address=self.email).exclude(member=self.pk).exists():
            raise ValidationError({"email": _("Somebody else is known by this address.")}, code="known")

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must match; Django's own until she signs out everywhere for the first time."""
        words = f"{self.password}:{self.sign_outs}" if self.sign_outs else self.password
        key_salt = "django.contrib.auth.models.AbstractBaseUser.get_session_auth_hash"
        return salted_hmac(key_salt, words, secret=secret, algorithm="sha256").hexdigest()

    def get_full_name(self) -> str:
        return self.name

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Django's model permissions are for superusers only; everybody else is judged by `policies`."""
        return self.is_active and self.is_superuser

    def has_perms(self, perm_list: list[str], obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class SignInInvitation(models.Model):
    """A link that lets a new member set up her sign-in once. Only the token's hash is kept."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=models.F("created_at")), name="invitation_expires_later")
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} for member {self.member_id}"

    def is_usable(self, at: datetime) -> bool:
        return self.used_at is None and at < self.expires_at
