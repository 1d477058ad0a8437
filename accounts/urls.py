"""Addresses of the room; allauth's own pages by the names it looks them up under."""

from allauth.account import views as allauth
from django.urls import path, re_path

from accounts.views import children, circle, circle_change, consents, hand_over, leave, move_in, notices, practice

urlpatterns = [
    path("leave/", leave.leave, name="leave"),
    path("practice/people/", practice.people, name="people"),
    path("practice/circles/", practice.circles, name="circles"),
    path("practice/hand-over/", hand_over.hand_over, name="hand_over"),
    path("practice/hand-over/<uuid:bundle>/take-back/", hand_over.hand_over_take_back, name="hand_over_take_back"),
    path("practice/children/new/", children.child_new, name="child_new"),
    path("children/<uuid:child>/card/", children.child_card, name="child_card"),
    path("children/<uuid:child>/circle/", circle.circle, name="circle"),
    path("children/<uuid:child>/circle/add/", circle_change.circle_add, name="circle_add"),
    path("children/<uuid:child>/circle/short-access/", circle_change.short_access, name="short_access"),
    path("children/<uuid:child>/circle/<uuid:row>/change/", circle_change.circle_change, name="circle_change"),
    path("children/<uuid:child>/circle/<uuid:row>/end/", circle_change.circle_end, name="circle_end"),
    path("children/<uuid:child>/circle/<uuid:row>/consent/", consents.helper_consent, name="helper_consent"),
    path("children/<uuid:child>/circle/<uuid:row>/explained/", consents.limits_explained, name="limits_explained"),
    path(
        "children/<uuid:child>/circle/consents/<uuid:consent>/withdraw/",
        consents.consent_withdraw,
        name="consent_withdraw",
    ),
    path(
        "children/<uuid:child>/circle/planned/<uuid:bundle>/take-back/",
        circle.circle_take_back,
        name="circle_take_back",
    ),
    path("children/<uuid:child>/circle/reviews/<uuid:review_id>/", circle.row_reviewed, name="row_reviewed"),
    path("notices/", notices.notices, name="notices"),
    path("practice/move-in/", move_in.move_in, name="move_in"),
    path("practice/move-in/template.csv", move_in.move_in_template, name="move_in_template"),
    path("practice/move-in/<uuid:move>/", move_in.move_in_file, name="move_in_file"),
    path("practice/move-in/<uuid:move>/start/", move_in.move_in_start, name="move_in_start"),
    path("practice/move-in/<uuid:move>/discard/", move_in.move_in_discard, name="move_in_discard"),
    path("accounts/login/", allauth.login, name="account_login"),
    path("accounts/logout/", allauth.logout, name="account_logout"),
    path("accounts/signup/", allauth.signup, name="account_signup"),
    path("accounts/inactive/", allauth.account_inactive, name="account_inactive"),
    path("accounts/reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("accounts/password/change/", allauth.password_change, name="account_change_password"),
    path("accounts/password/reset/", allauth.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
