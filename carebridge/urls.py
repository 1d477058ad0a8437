"""Every address."""

from django.conf import settings
from django.urls import include, path

from carebridge.pages import gallery, home

urlpatterns = [
    path("", home.home, name="home"),
    path("children/<uuid:child>/", home.child, name="child"),
    path("", include("accounts.urls")),
    path("", include("sessions_log.urls")),
    *gallery.addresses(settings.ENV),
]

handler404 = "carebridge.pages.errors.not_found"
handler500 = "carebridge.pages.errors.server_error"
