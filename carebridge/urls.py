"""Every address."""

from django.conf import settings
from django.urls import include, path

from carebridge.pages import child, gallery, probes, today

urlpatterns = [
    path("", today.today, name="home"),
    path("from-home/", today.came, name="came"),
    path("children/", today.children, name="children"),
    path("children/<uuid:child>/", child.child, name="child"),
    path("children/<uuid:child>/print/", child.printed, name="child_print"),
    path("children/<uuid:child>/search/", child.search, name="search"),
    path("health", probes.health, name="health"),
    path("ready", probes.ready, name="ready"),
    path("", include("accounts.urls")),
    path("", include("sessions_log.urls")),
    *gallery.addresses(settings.ENV),
]

handler404 = "carebridge.pages.errors.not_found"
handler500 = "carebridge.pages.errors.server_error"
