"""The fixed words of sessions and notes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoteTemplate(TextChoices):
    """Common structures of a progress note."""

    SOAP = "soap", _("SOAP")
    DAP = "dap", _("DAP")
    BIRP = "birp", _("BIRP")
    GIRP = "girp", _("GIRP")
    PLAY = "play", _("Play therapy")
    FREE = "free", _("Free text")
    OWN = "own", _("The practice's own")


class WishKind(TextChoices):
    """What the child said about sharing a summary with adults."""

    MAY_SHARE = "may_share", _("may be shared")
    ASK_ME = "ask_me", _("ask me first")
    NOT_TO = "not_to", _("not to some people")
    NOBODY = "nobody", _("to nobody")
    NOT_ASKED = "not_asked", _("not asked yet")


class OverrideGround(TextChoices):
    """The only grounds on which a release may go against the child's wish."""

    SAFETY = "safety", _("safety")
    COURT_ORDER = "court_order", _("court order")
    LAW_REQUIRES = "law_requires", _("the law requires it")


class UpdateKind(TextChoices):
    """What a family tells: wins come as easily as worries."""

    WIN = "win", _("a win")
    WORRY = "worry", _("a worry")
    CHANGE = "change", _("something changed")
    OBSERVATION = "observation", _("something I noticed")


class Place(TextChoices):
    """Where most things happen. Anywhere else is said in words."""

    HOME = "home", _("at home")
    SCHOOL = "school", _("at school")
    OUTSIDE = "outside", _("outside")


class MarkKind(TextChoices):
    """What the therapist did with an update from home."""

    SEEN = "seen", _("seen")
    USED = "used", _("used in session")
    TALK = "talk", _("let's talk")


class ChoiceKind(TextChoices):
    """What a practice adds to the words it can tap, and its own structures of a note."""

    TECHNIQUE = "technique", _("technique")
    THEME = "theme", _("theme")
    SETTING = "setting", _("setting")
    TEMPLATE = "template", _("note template")


class CoSignKind(TextChoices):
    """A supervisor's answer to a note offered for co-signing."""

    COSIGNED = "cosigned", _("co-signed")
    RETURNED = "returned", _("given back")


class DraftForm(TextChoices):
    """Forms whose unsent words are kept on the server."""

    SESSION = "session", _("session")
    ADDENDUM = "addendum", _("addendum")
    REPLY = "reply", _("reply")
