"""Every address."""

from django.urls import include, path

from carebridge.pages import home, probes

urlpatterns = [
    path("", home.home, name="home"),
    path("children/<uuid:child>/", home.child, name="child"),
    path("health", probes.health, name="health"),
    path("ready", probes.ready, name="ready"),
    path("", include("accounts.urls")),
    path("", include("sessions_log.urls")),
]

handler404 = "carebridge.pages.errors.not_found"
handler500 = "carebridge.pages.errors.server_error"
