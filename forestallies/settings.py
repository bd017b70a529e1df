"""Django settings: one file, fed by the environment.

What may differ between machines is read in the first section and refused by name when missing or malformed; the rest is
the same everywhere. Each variable has a line in `.env.example`.
"""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_email_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from forestallies.conf import (
    check_broker_address,
    check_mail_address,
    check_secret_key,
    check_web_address,
    env,
    seal_or_stop,
)
from forestallies.lib.text import in_language

BASE_DIR = Path(__file__).resolve().parent.parent

# --- From the environment ---------------------------------------------------------------------------------------------

EMBEDDED = env.bool("EMBEDDED", False)  # set by ./run: services of its own, plain http on this machine
DEMO = env.bool("DEMO", False)
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", validate=check_secret_key)
SITE_URL = env.str("SITE_URL", validate=check_web_address)
DATABASE = env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)
REDIS_URL = env.str("REDIS_URL", validate=check_broker_address)
EMAIL_URL = env.str("EMAIL_URL", validate=check_mail_address)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Forest Allies <portal@example.org>")
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "contact@example.org")
EMAIL_TIMEOUT_SECONDS = env.int("EMAIL_TIMEOUT_SECONDS", 20)  # so long a mail server may keep us waiting for a word
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
EXTRA_HOSTS: list[str] = env.list("EXTRA_HOSTS", [])
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
OUTBOX_LEASE_SECONDS = env.int("OUTBOX_LEASE_SECONDS", 300)  # after this a message in a dead worker's hand is free
OUTBOX_PER_MINUTE = env.int("OUTBOX_PER_MINUTE", 0)  # what the mail server takes from us; 0: as many as go
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", 90)  # after so long in silence a dead worker's job is free
MATERIAL_MAX_MB = env.float("MATERIAL_MAX_MB", 20)  # of one file; larger ones are posted as a link
MAILBOX_DIR = env.str("MAILBOX_DIR", "")  # where the demo's mail sink keeps what it received
# Who was erased, outside the database, so that a restored backup forgets them again (docs/decisions/0020).
ERASURE_LEDGER = Path(env.str("ERASURE_LEDGER", str(BASE_DIR / "ledger" / "erasures.jsonl")))
ERASURE_LEDGER_KEY = env.str("ERASURE_LEDGER_KEY", "") or SECRET_KEY  # what its lines are signed with

# Answers to what the programme's papers leave open; docs/decisions/0001 gives the reason for each.
COMPLETION_CORE_SESSIONS = env.int("COMPLETION_CORE_SESSIONS", 8)  # of eleven; what a new edition starts with
COMPLETION_CORE_HOURS = env.float("COMPLETION_CORE_HOURS", 16.5)
COMPLETION_CORE_MAKE_UPS = env.int("COMPLETION_CORE_MAKE_UPS", 2)  # sessions made up for by their recording
COMPLETION_WIDER_SESSIONS = env.int("COMPLETION_WIDER_SESSIONS", 3)  # of five
COMPLETION_WIDER_HOURS = env.float("COMPLETION_WIDER_HOURS", 5.0)
COMPLETION_WIDER_MAKE_UPS = env.int("COMPLETION_WIDER_MAKE_UPS", 1)
ATTENDED_MIN_SHARE = env.float("ATTENDED_MIN_SHARE", 0.6)  # share of a session's minutes; less is "partial"
WIDER_GROUP_NEEDS_APPROVAL = env.bool("WIDER_GROUP_NEEDS_APPROVAL", True)
CORE_GROUP_JOINS_FOREST_ALLIES = env.bool("CORE_GROUP_JOINS_FOREST_ALLIES", False)
REPLACEMENT_UNTIL_SESSION = env.int("REPLACEMENT_UNTIL_SESSION", 5)  # the last from which a core seat is filled anew
SEVERAL_EDITIONS_AT_ONCE = env.bool("SEVERAL_EDITIONS_AT_ONCE", False)
RECORDING_ALLOWED = env.bool("RECORDING_ALLOWED", False)
RETENTION_DAYS_DECLINED_APPLICATION = env.int("RETENTION_DAYS_DECLINED_APPLICATION", 365)
RETENTION_DAYS_NOTICE_BODY = env.int("RETENTION_DAYS_NOTICE_BODY", 90)
RETENTION_DAYS_CONTACT_MESSAGE = env.int("RETENTION_DAYS_CONTACT_MESSAGE", 180)
RETENTION_DAYS_EVENT_WISHES = env.int("RETENTION_DAYS_EVENT_WISHES", 365)  # needs, notes, answers, reasons
RETENTION_DAYS_MEETING_REPORT = env.int("RETENTION_DAYS_MEETING_REPORT", 180)
RETENTION_DAYS_WORK = env.int("RETENTION_DAYS_WORK", 30)  # payload and files of jobs, keys of forms, used links
RETENTION_DAYS_HISTORY = env.int("RETENTION_DAYS_HISTORY", 365)  # the admin's history, addresses that take no mail
DATA_EXPORT_DAYS = env.int("DATA_EXPORT_DAYS", 7)  # so long a copy of somebody's data can be fetched
ERASURE_WAIT_DAYS = env.int("ERASURE_WAIT_DAYS", 7)  # so long she can take it back
APPLICATION_ANSWER_DAYS = env.int("APPLICATION_ANSWER_DAYS", 10)
NO_SHOWS_UNTIL_LAST_IN_LINE = env.int("NO_SHOWS_UNTIL_LAST_IN_LINE", 0)  # 0: staying away has no consequence
MINIMUM_AGE = env.int("MINIMUM_AGE", 18)
ACCESSIBILITY_NEEDS: list[str] = env.list("ACCESSIBILITY_NEEDS", ["captions", "sign_language", "audio_only"])
CERTIFICATE_LANGUAGE = env.str("CERTIFICATE_LANGUAGE", "")  # empty: the holder's own
CERTIFICATE_SIGNER = env.str("CERTIFICATE_SIGNER", "Programme coordination")
CERTIFICATE_ISSUER = env.str("CERTIFICATE_ISSUER", "Forest Allies")

seal_or_stop()

SECURE = SITE_URL.startswith("https://")
SITE_HOST = urlsplit(SITE_URL).hostname or ""

# --- Applications -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "modeltranslation",  # before admin, as its documentation asks
    "forestallies",
    "audit",  # lower rooms first: parents register for translation before their children
    "jobs",
    "notices",
    "certificates",
    "members",
    "events",
    "workshops",
    "programs",
    "forestallies.staff_admin.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",  # early: what refuses a request answers in the reader's language
    "forestallies.middleware.refuse_unprintable_input",
    "forestallies.middleware.answer_busy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "forestallies.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "forestallies.middleware.note_sessions",
    "forestallies.middleware.ask_fresh_code",
    "forestallies.middleware.use_members_language_and_zone",
    "forestallies.middleware.note_the_day",
    "forestallies.middleware.keep_private_pages_uncached",
]

ROOT_URLCONF = "forestallies.urls"
WSGI_APPLICATION = "forestallies.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "forestallies.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Database and cache -----------------------------------------------------------------------------------------------

DATABASES = {
    "default": {
        **DATABASE,
        "OPTIONS": {
            **DATABASE.get("OPTIONS", {}),
            # A request that waits longer than this for a seat gets the "busy, try again" page.
            "options": "-c lock_timeout=3s -c statement_timeout=15s -c timezone=UTC",
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits live here; in Postgres, so that a dead Redis never keeps anybody from signing in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "django_cache",
        # Django's own 300 would let anybody wash the counters away by failing to sign in as 300 people.
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    "fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- People and sign-in -----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "members.Member"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "my_page"

ACCOUNT_ADAPTER = "members.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "members.accounts.display_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # phones are shared: who changes the address or password proves herself anew
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
# A whole cooperative may share one address, so the limit per address is wide and the one per account narrow.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/5m/ip,8/5m/key",
    "request_login_code": "60/m/ip,5/5m/key",
    "reset_password": "60/m/ip,5/5m/key",
    "reset_password_from_key": "60/m/ip",
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/10s/key",
    "signup": "60/m/ip",
    "address_take_back": "60/m/ip",
    "apply": "60/h/ip",
    "concern": "30/h/ip",
    "apply_later": "60/h/ip,5/h/key",  # per address that a link is mailed to
    "application_status": "600/h/ip",
    "welcome": "600/h/ip",
    "verify": "20/m/ip",
    "contact_page": "600/m/ip,60/h/key",
    "messages_stop": "600/m/ip,60/h/key",  # large mail providers press for all their customers from few addresses
    "check_in": "120/m/ip,10/5m/key",  # a room may share one address; a person types a code a few times at most
    "calendar_feed": "600/m/ip,60/h/key",  # calendar services read the feeds of many members from few addresses
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Forest Allies"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds before and after: slow typing, and a telephone that is not on time
MFA_FORMS = {
    "authenticate": "members.forms.second_factor.ProveForm",
    "reauthenticate": "members.forms.second_factor.ProveAgainForm",
}
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = EMBEDDED

# --- Security ---------------------------------------------------------------------------------------------------------

ALLOWED_HOSTS = [SITE_HOST, *EXTRA_HOSTS] + (["127.0.0.1", "localhost"] if EMBEDDED else [])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz/$", r"^readyz/$"]  # asked by the container's own health check, inside the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE and TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31536000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "forestallies.views.errors.csrf_failure"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31536000
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_HANDLERS = [
    "forestallies.lib.uploads.Limited",  # first: the others never see what is too large
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS: list[str] = []

# --- Languages and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish")), ("fr", _("French")), ("pt-br", _("Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
MODELTRANSLATION_DEFAULT_LANGUAGE = "en"
MODELTRANSLATION_FALLBACK_LANGUAGES = ("en",)
MODELTRANSLATION_BUILD_LOCALIZED_VERBOSE_NAME = in_language
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "forestallies.formats"

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = None if EMBEDDED else BASE_DIR / "static_collected"
STATICFILES_DIRS = [BASE_DIR / "static"]
# The embedded run serves files from where they lie; production collects, names them by content and compresses them.
WHITENOISE_USE_FINDERS = EMBEDDED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if EMBEDDED
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- Mail -------------------------------------------------------------------------------------------------------------

EMAIL = dj_email_url.parse(EMAIL_URL)
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST = EMAIL["EMAIL_HOST"]
EMAIL_PORT = EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER = EMAIL["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS = EMAIL["EMAIL_USE_TLS"]
EMAIL_USE_SSL = EMAIL["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = EMAIL_TIMEOUT_SECONDS
EMAIL_SUBJECT_PREFIX = ""
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Background work --------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) if REDIS_URL.startswith("unix://") else REDIS_URL
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # a tick in a killed worker is rung again; rows make that harmless
CELERY_TASK_REJECT_ON_WORKER_LOST = True  # also when only the child was killed, as for want of memory
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "notices.*": {"queue": "mail"},
    "jobs.*": {"queue": "documents"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200  # some fifteen minutes of ticks; what a child has leaked goes with it
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
# SIGTERM lets a worker finish what it has in hand, so this is for SIGQUIT alone. Less than the 30 s that compose gives
# it, so that it ends by itself and hands its ticks back to the broker.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = (
    None  # for ever: with a number, workers and beat give up on a broker that is long gone
)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "health_check_interval": 30,
}
# Ticks are hints: they carry no state and expire, so a stopped worker finds no heap of old ones when it returns.
CELERY_BEAT_SCHEDULER = "forestallies.clockwork:Clockwork"
CELERY_BEAT_ENABLE_REMOTE_CONTROL = True  # so that its health can be asked for: `celery inspect ping`
CELERY_BEAT_SCHEDULE = {
    "deliver-notices": {"task": "notices.deliver", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
    "send-due-reminders": {
        "task": "notices.send_due_reminders",
        "schedule": timedelta(seconds=60),
        "options": {"expires": 60},
    },
    "tend-registrations": {
        "task": "events.tend_registrations",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 20},
    },
    "erase-due": {"task": "forestallies.erase_due", "schedule": timedelta(hours=1), "options": {"expires": 3600}},
    "apply-retention": {
        "task": "forestallies.apply_retention",
        "schedule": timedelta(hours=1),  # an interval of a day would begin anew whenever beat is started
        "options": {"expires": 3600},
    },
    "run-waiting-jobs": {"task": "jobs.run_waiting", "schedule": timedelta(seconds=5), "options": {"expires": 5}},
}

# --- Logging ----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "forestallies.logs.MaskSecrets",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"level": "WARNING"},
        "celery": {"level": "WARNING"},
        "celery.beat": {"level": "WARNING"},
        # Django logs each refused request with its path; paths may hold tokens and are masked by the filter.
        "django.request": {"level": "ERROR"},
    },
}
