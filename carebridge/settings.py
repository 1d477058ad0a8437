"""All settings, from the environment only. `CAREBRIDGE_ENV` is local, test or production.

In production every secret and address must be given: a missing one stops the start with its name. In local and test the
embedded servers (`carebridge/lib/servers.py`) fill in what is unset.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from carebridge.lib import logs
from carebridge.lib.database import database_settings

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

ENV: str = env("CAREBRIDGE_ENV", default="local")
if ENV not in {"local", "test", "production"}:
    raise ImproperlyConfigured(f"CAREBRIDGE_ENV is {ENV!r}; it must be local, test or production.")
PRODUCTION = ENV == "production"


def required(name: str, otherwise: str) -> str:
    """The variable's value; unset it is `otherwise`, except in production, where the start fails with its name."""
    if PRODUCTION:
        value: str = env(name)
        return value
    return str(env(name, default=otherwise))


DEBUG = False
SECRET_KEY = required("SECRET_KEY", "for-local-use-only-never-in-production-0123456789")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])  # docs/operations.md, Keys
ALLOWED_HOSTS: list[str] = required("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
PORT: int = env.int("PORT", default=8000)
BASE_URL = required("BASE_URL", f"http://localhost:{PORT}")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# --- The database: one alias; each process logs in with its own role -------------------------------------------------

DATABASE_URL = required("DATABASE_URL", "postgresql://carebridge_app@/carebridge")
DATABASES = {"default": database_settings(DATABASE_URL)}
if ENV == "test":
    # A migrated database, policies and all, is copied for each test process.
    DATABASES["default"]["TEST"] = {"TEMPLATE": env("TEST_TEMPLATE", default=None)}
    # Tests roll back and change roles within one connection, where prepared statements do not last.
    if env("TEST_TEMPLATE", default=""):
        DATABASES["default"]["OPTIONS"]["prepare_threshold"] = None
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", default="")
DATABASE_OPERATOR_URL = env("DATABASE_OPERATOR_URL", default="")
DATABASE_BACKUP_URL = env("DATABASE_BACKUP_URL", default="")
DATABASE_SUPERUSER_URL = env("DATABASE_SUPERUSER_URL", default="")  # make_roles and restore
DATABASE_WORKER_URL = env("DATABASE_WORKER_URL", default="")  # make_roles; the worker's DATABASE_URL is the same
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    # Rate limits live here: shared by every process, and there when Redis is not.
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "carebridge_cache"}
}

# --- Celery -----------------------------------------------------------------------------------------------------------

REDIS_URL = required("REDIS_URL", "redis://localhost:6379/0")
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SOFT_TIME_LIMIT = 240  # seconds
CELERY_TASK_TIME_LIMIT = 300  # seconds
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    "end-expired-sessions": {"task": "accounts.tasks.end_expired_sessions", "schedule": 600.0},  # seconds
    # The table is the outbox: nothing is lost with the broker, and a beat that nobody takes in time is no use later.
    "carry-on-moves": {"task": "accounts.tasks.carry_on_moves", "schedule": 5.0, "options": {"expires": 5.0}},
    "send-log-in-mails": {"task": "accounts.tasks.send_log_in_mails", "schedule": 5.0, "options": {"expires": 5.0}},
}

# --- Apps and middleware ------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "carebridge",
    "accounts",
    "sessions_log",
    "goals",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "lucide",
    "pgtrigger",
]

MIDDLEWARE = [
    "carebridge.lib.logs.access_log",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "carebridge.pages.probes.answer_probes",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # From here to the view: one transaction, one viewer.
    "accounts.access.ViewerMiddleware",
    "django.middleware.common.CommonMiddleware",  # inside, so that its redirects are not kept by a browser either
    "accounts.access.PersonLocaleMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.second_factor.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "carebridge.urls"
WSGI_APPLICATION = "carebridge.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "carebridge.lib.icons"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.access.page_context",
            ],
        },
    }
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # fields are laid out in templates/django/forms/

# --- Languages and time -----------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Outside production files are served from where they lie; collecting is a production step.
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")) if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- Accounts and sign-in (security.md, Accounts and browser) -----------------------------------------------------------

AUTH_USER_MODEL = "accounts.Account"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mails are unique whatever their capitals: a constraint on lower(email)
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LongEnough"},
    {"NAME": "accounts.passwords.NotOneself"},
    {"NAME": "accounts.passwords.HardToGuess"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# Where "Leave now" leads: a page anybody may have open, in any language, that says nothing about us.
LEAVE_FOR = env("LEAVE_FOR", default="https://www.wikipedia.org/")
ACCOUNT_ADAPTER = "accounts.sign_in.AccountAdapter"
ACCOUNT_FORMS = {"login": "accounts.forms_sign_in.SignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = "username"  # a young person's, chosen with their card
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # addresses are verified when someone joins, not at each sign-in
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a changed password is told by mail
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PRODUCTION else "http"
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    # Wrong passwords (accounts/sign_in.py). From browsers unknown to the address; the key is address and network address.
    "login_failed": "10/m/ip,5/5m/key,30/d/key",
    "login_failed_anywhere": "100/d/key",  # all of those together, by address
    "login_failed_known": "5/5m/key,50/d/key",  # from one browser known to the address
    "reset_password": "20/m/ip,5/m/key",
    # Links that lead nowhere and codes that are on no card (accounts/views/join.py), by network address.
    "join": "20/m/ip,200/d/ip",
    "join_card": "10/m/ip,60/d/ip",
}
# Seconds for which having shown that it is oneself counts, before weighty changes (accounts/step_up.py).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
# The second factor: an app, passkeys, and codes on paper for the day the telephone is gone (accounts/second_factor.py).
MFA_ADAPTER = "accounts.second_factor.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http://localhost
MFA_TOTP_ISSUER = "CareBridge"
MFA_TOTP_TOLERANCE = 1  # a code of the half minute before or after counts too, and each only once
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "activate_totp": "accounts.forms_factor.ActivateTOTPForm",
    "authenticate": "accounts.forms_factor.AuthenticateForm",
    "reauthenticate": "accounts.forms_factor.ReauthenticateForm",
}
# Their secrets are encrypted with these; the first one writes, all of them read (docs/operations.md, Keys).
MFA_KEYS: list[str] = required("MFA_KEYS", "bG9jYWwtdXNlLW9ubHktbmV2ZXItaW4tcHJvZHVjdCE=").split(",")
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=1 if PRODUCTION else 0)

# --- Browser ------------------------------------------------------------------------------------------------------------

SESSION_ENGINE = "django.contrib.sessions.backends.db"
# What a page says to a person ends with their session; a cookie would tell the next one at the same browser.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_AGE = 12 * 3600  # seconds after sign-in; ViewerMiddleware holds it whatever rewrites the session
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "carebridge.pages.errors.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    KNOWN_BROWSER_COOKIE_NAME = "__Host-known"
else:
    # Cookies ignore ports: without the port in the name two demos side by side would sign each other out.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"session-{PORT}", f"csrf-{PORT}"
    KNOWN_BROWSER_COOKIE_NAME = f"known-{PORT}"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^(health|ready)$"]  # asked from within, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_REFERRER_POLICY = "same-origin"  # docs/adr/0002: with no-referrer browsers send "Origin: null"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# A file is read in memory or not at all: none is left behind on a disk. A little above what a page takes, so that it can say so.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_100_000  # bytes of the whole request
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000  # bytes: ten texts of 100,000 characters, percent-encoded, and room to spare

# --- Mail -----------------------------------------------------------------------------------------------------------------

MAILERS: dict[str, Any]
if PRODUCTION:
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": env("SMTP_HOST"),
                "port": env.int("SMTP_PORT", default=587),
                "username": env("SMTP_USER", default=""),
                "password": env("SMTP_PASSWORD", default=""),
                "use_tls": env.bool("SMTP_TLS", default=True),
                "timeout": 10,  # seconds
            },
        }
    }
else:
    MAIL_DIR = env("MAIL_DIR", default=str(BASE_DIR / ".local" / "mail"))
    MAILERS = {
        "default": {"BACKEND": "django.core.mail.backends.filebased.EmailBackend", "OPTIONS": {"file_path": MAIL_DIR}}
    }
DEFAULT_FROM_EMAIL = required("DEFAULT_FROM_EMAIL", "CareBridge <carebridge@localhost>")

# --- Logs: to standard error, no bodies, no locals ------------------------------------------------------------------------

LOGGING = logs.config(production=PRODUCTION)
ADMINS: list[str] = []  # error mails carry request bodies and local variables: nobody gets one
DEFAULT_EXCEPTION_REPORTER_FILTER = "carebridge.lib.errors.NothingShown"
