"""Settings: one file, everything from the environment, safe by default."""

import re
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config import secrets
from config.embedded import servers as embedded
from config.environment import Environment, path_prefix

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env("DATA_DIR", default=BASE_DIR / ".data"))
DEBUG = env.bool("DEBUG", default=False)
# Over https: secure cookies, HSTS and the redirect. Off only on one's own machine (`make run`).
HTTPS = env.bool("HTTPS", default=True)

SECRET_KEY = env("SECRET_KEY", default="") or secrets.read(DATA_DIR / "secret_key")
if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 5:
    raise ImproperlyConfigured(
        "SECRET_KEY must be at least 50 random characters. `make run` makes one for this machine; "
        "elsewhere set it: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The path below which the proxy shows the site; config/wsgi.py takes it off again.
SCRIPT_NAME = path_prefix(env("SCRIPT_NAME", default=""))
FORCE_SCRIPT_NAME = SCRIPT_NAME or None

INSTALLED_APPS = [
    "config",
    "accounts.apps.AccountsConfig",
    "products",
    "personas",
    "prioritisation",
    "accounts.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    # First, so that it sees the redirects of the others.
    "config.addresses.AnswerAPIWithoutSlash",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.Compress",
    "config.forms.RefuseUnreadable",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "products.middleware.LimitSignIns",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionLimits",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "products.middleware.LimitRequestsPerUser",
    "accounts.middleware.NoteTokenUse",
    # Last: its transaction is the view's own, begun once every other check has passed.
    "prioritisation.pipeline.middleware.WriteMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# --- PostgreSQL: holds all truth -----------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=embedded.database_url(DATA_DIR))}
DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis and Celery: only make it fast ---------------------------------------------------------
REDIS_URL = env("REDIS_URL", default=embedded.redis_url(DATA_DIR))
# Where browsers reach the live process (config/asgi.py): an address, or a path below SCRIPT_NAME
# that a proxy sends there. Empty: pages only poll.
LIVE_URL = env("LIVE_URL", default="")
if LIVE_URL.startswith("/") and not LIVE_URL.startswith(f"{SCRIPT_NAME}/"):
    LIVE_URL = SCRIPT_NAME + LIVE_URL
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")
    if REDIS_URL.startswith("unix://")
    else REDIS_URL
)
# Of a worker of their own: an analysis may take a minute, a rescore mustn't wait for it.
ANALYSES_QUEUE = "analyses"
CELERY_TASK_ROUTES = {"prioritisation.tasks.work_out_analyses": {"queue": ANALYSES_QUEUE}}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_EXPIRES = 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_POOL_LIMIT = 10
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "health_check_interval": 10,
}

# --- Accounts ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "accounts.hashing.BoundedArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",  # of accounts from before Argon2
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "accounts.passwords.HardToGuess"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "products"
LOGOUT_REDIRECT_URL = "account_login"

# Where links in mails and those that commands print lead: the site's own address, without a slash.
SITE_URL = env.str(
    "SITE_URL",
    default=f"https://{ALLOWED_HOSTS[0]}"
    if HTTPS and ALLOWED_HOSTS
    else f"http://127.0.0.1:{env.str('PORT', default='8000')}",
).rstrip("/")
PASSWORD_RESET_TIMEOUT = 24 * 3600

# Who may make an account: "invited" (by an invitation's link), "open" (anybody) or "closed".
SIGN_UP = env.one_of("SIGN_UP", ["invited", "open", "closed"], default="invited")

# A session ends after so many seconds without a request, and after so many at the latest.
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=14 * 24 * 3600)
SESSION_SECONDS = env.int("SESSION_SECONDS", default=60 * 24 * 3600)
SESSION_COOKIE_AGE = SESSION_SECONDS

# Without EMAIL_URL mail goes to the site's log, so nothing may need it.
EMAIL_URL = env.str("EMAIL_URL", default="")
# Else: a mail server that accepts a connection and says nothing holds whoever sends for ever.
EMAIL_TIMEOUT = 10
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default="Userward <userward@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "signup": "accounts.forms.SignUpForm",
    "reauthenticate": "accounts.forms.ReauthenticationForm",
    "set_password": "accounts.forms.FirstPasswordForm",
    "change_password": "accounts.forms.NewPasswordForm",
    "reset_password": "accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.forms.RecoveredPasswordForm",
    "add_email": "accounts.forms.NewEmailForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Not by a code in a mail, which has no page here: asked for one, every such page would fail.
ACCOUNT_REAUTHENTICATION_METHODS = ["password", "mfa"]
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # Django ends all sessions but the one that changed it
ACCOUNT_EMAIL_NOTIFICATIONS = bool(EMAIL_URL)
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Userward: "
# Ours take their place (accounts/sign_in_limits.py). allauth's wait for each other in a cache, up
# to a second each: under an attack they would hold all threads. Its pause between two mails stays.
ACCOUNT_RATE_LIMITS = dict.fromkeys(
    ["change_password", "login", "login_failed", "manage_email", "reauthenticate"]
    + ["reset_password", "reset_password_from_key", "signup"]
)
# Where anybody may sign up, an unconfirmed address is no account: else the form would tell whether
# there is one with this address.
ACCOUNT_EMAIL_VERIFICATION = (
    "none" if not EMAIL_URL else "mandatory" if SIGN_UP == "open" else "optional"
)
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
# How many proxies in front of the site may say in X-Forwarded-For who asks. None: its last hop.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_FORMS = {
    "authenticate": "accounts.code_forms.SignInCodeForm",
    "reauthenticate": "accounts.code_forms.CodeAgainForm",
    "activate_totp": "accounts.code_forms.FirstCodeForm",
    "add_webauthn": "accounts.code_forms.NewKeyForm",
    "edit_webauthn": "accounts.code_forms.RenamedKeyForm",
}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Userward"
MFA_TOTP_TOLERANCE = 1  # a code stays good for half a minute more: phones' clocks differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # where no mail is sent, no address can be confirmed
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
# Staff need a second factor for the back office, but on one's own machine.
STAFF_NEED_SECOND_FACTOR = env.bool("STAFF_NEED_SECOND_FACTOR", default=HTTPS)
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.ElsewhereSignUpForm"}
SOCIALACCOUNT_OPENID_CONNECT_URL_PREFIX = "oidc"
# One OpenID Connect provider, by its address: https://login.example/realms/acme
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="Single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ]
        if OIDC_SERVER_URL
        else [],
    }
}
# Of allauth's pause between two mails; in PostgreSQL, which is there when Redis isn't.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
    },
    # What a process has worked out and may work out again.
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
}

# --- Input history -------------------------------------------------------------------------------
PGHISTORY_APPEND_ONLY = True
PGHISTORY_BASE_MODEL = "accounts.history.Event"

# Threads of each web process; `ranking/?after=` may hold a quarter of them, a user three quarters.
WEB_THREADS = env.int("WEB_THREADS", default=8)

# --- REST ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "products.api.scopes.WithinScopes",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["products.api.parsing.WholeJSON"],
    "DEFAULT_SCHEMA_CLASS": "products.api.schema.Described",
    "EXCEPTION_HANDLER": "products.api.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Userward",
    "DESCRIPTION": "What is first, why, and what would change if we weighed someone differently.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": SCRIPT_NAME}] if SCRIPT_NAME else [],
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "AnalysisState": "prioritisation.robustness.api.STATES",
        "Basis": "prioritisation.models.Basis",
        "EndingKind": "prioritisation.scoring.pairwise.KINDS",
        "Flag": "prioritisation.ranking.api.FLAGS",
        "InputKind": "prioritisation.history.api.INPUT_KINDS",
        "InputDid": "prioritisation.history.api.DEEDS",
        "InputMeans": "products.input_history.MEANS",
        "LensName": "prioritisation.scoring.other_methods.NAMES",
        "LogKind": "prioritisation.log.sources.KINDS",
        "Market": "prioritisation.overview.product_api.MARKETS",
        "MustReason": "products.models.MustReason",
        "Order": "prioritisation.selectors.rankings.ORDERS",
        "PersonaKind": "personas.models.Kind",
        "Role": "products.api.fields.ROLES",
        "Status": "products.models.Status",
        "Verdict": "prioritisation.robustness.api.VERDICTS",
        "WeightingParameter": "prioritisation.robustness.api.PARAMETERS",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "products.api.schema_hooks.tidy_choices",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# --- Static files --------------------------------------------------------------------------------
STATIC_URL = f"{SCRIPT_NAME}/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "build/collected"))
STATICFILES_DIRS = [BASE_DIR / "static", BASE_DIR / "build/static"]
STATICFILES_STORAGE_CLASS = env(
    "STATICFILES_STORAGE",
    default="config.collected.CompressedPages",
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATICFILES_STORAGE_CLASS},
}
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=DEBUG)

# --- Security ------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, *re.findall(r"^https?://[^/]+", LIVE_URL)],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
# Who is told of a hole, in /.well-known/security.txt: an address or a link. Empty: EMAIL_FROM.
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
X_FRAME_OPTIONS = "DENY"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [f"^{re.escape(SCRIPT_NAME[1:])}/?(healthz|readyz)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
# "__Host-": no other host of the domain, and no page over http, can set or overwrite it. Cookies
# know no ports, so over http the name holds ours: two sites on one machine would else sign each
# other's people out.
_COOKIE_NAME = ("__Secure-{}" if SCRIPT_NAME else "__Host-{}") if HTTPS else "{}"
if not HTTPS and (port := env.str("PORT", default="")):
    _COOKIE_NAME += f"_{port}"
SESSION_COOKIE_NAME = _COOKIE_NAME.format("sessionid")
CSRF_COOKIE_NAME = _COOKIE_NAME.format("csrftoken")
# Another site of the same host has its own.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = SCRIPT_NAME or "/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The rating grid of a large product posts a field a cell.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# --- Words and times -----------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

# --- Health --------------------------------------------------------------------------------------
# /healthz is red when a mark is older than this many seconds.
OLDEST_MARK_SECONDS = env.int("OLDEST_MARK_SECONDS", default=20)
# With it (`Authorization: Bearer …`) /healthz also tells why; without it, staff alone see that.
HEALTH_KEY = env.str("HEALTH_KEY", default="")
# Seconds between two rounds of `manage.py sweep_scores`.
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=2.0)

LOG_LEVELS = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"expected": {"()": "config.logs.ExpectedWithoutTraceback"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["expected"],
        }
    },
    "root": {
        "handlers": ["console"],
        "level": env.one_of("LOG_LEVEL", LOG_LEVELS, default="INFO"),
    },
}
