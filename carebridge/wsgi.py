"""WSGI entry. The process refuses to serve as a role that could read past row security."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carebridge.settings")

application = get_wsgi_application()

from carebridge.lib.database import refuse_powerful_role  # noqa: E402

refuse_powerful_role()
