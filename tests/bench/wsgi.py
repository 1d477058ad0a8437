"""WSGI entry of the bench. Unlike carebridge/wsgi.py it serves as whatever role it is given: one without the wall, too."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"

application = get_wsgi_application()
