"""The project's settings, with the bare page beside its pages."""

import os

from carebridge.settings import *  # noqa: F403
from carebridge.settings import INSTALLED_APPS as ITS_APPS
from carebridge.settings import MIDDLEWARE as ITS_MIDDLEWARE

ROOT_URLCONF = "tests.bench.urls"
INSTALLED_APPS = [*ITS_APPS, "tests.bench.apps.BenchConfig"]
BARE = {
    "accounts.access.ViewerMiddleware": "tests.bench.bare.ViewerMiddlewareUnlessBare",
    "accounts.access.PersonLocaleMiddleware": "tests.bench.bare.PersonLocaleMiddlewareUnlessBare",
}
MIDDLEWARE = [BARE.get(name, name) for name in ITS_MIDDLEWARE]
if os.environ.get("BENCH_COUNT"):
    MIDDLEWARE.insert(0, "tests.bench.bare.count_queries")
