"""The project's addresses and the bare page."""

from django.urls import include, path

from tests.bench.bare import bare
from tests.bench.client import BARE

urlpatterns = [path(BARE.lstrip("/"), bare, name="bare"), path("", include("carebridge.urls"))]
