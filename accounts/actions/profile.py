"""What a therapist tells families about themselves, and their picture."""

import io
import warnings
from collections.abc import Mapping
from typing import IO

from django.db import IntegrityError, transaction
from PIL import Image, ImageOps

from accounts import audit
from accounts.models import Practice, StaffPhoto, StaffProfile
from accounts.practice_reads import version
from accounts.visibility import viewer

WORDS = ("body", "training")
KINDS = ("JPEG", "PNG", "WEBP")
SIDE = 480  # pixels of the square that is kept
MOST_PIXELS = 50_000_000  # a file of few bytes can unfold into more than the process has room for


class Stale(Exception):
    """The words were changed after the form was opened. `now`: as they stand."""

    def __init__(self, now: StaffProfile) -> None:
        super().__init__()
        self.now = now


class NoPicture(Exception):
    """The file is none of the kinds taken, is broken, or is too large. `why`: a code."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def own_profile(practice: Practice) -> StaffProfile:
    """The viewer's words in this practice; empty ones, not saved, where there are none yet."""
    found = StaffProfile.objects.visible().filter(practice=practice, person=viewer().person_id).first()
    return found or StaffProfile(practice=practice, person_id=viewer().person_id, body="", training="")


@transaction.atomic
def write_profile(*, practice: Practice, values: Mapping[str, str], seen: str) -> bool:
    """What families read. Returns whether anything is different now. Raises Stale."""
    found = own_profile(practice)
    if not found._state.adding:
        found = StaffProfile.objects.visible().select_for_update().get(pk=found.pk)
    if version(found, WORDS) != seen:
        raise Stale(found)
    changed = [name for name in WORDS if getattr(found, name) != values[name]]
    if not changed:
        return False
    if found._state.adding:
        try:
            with transaction.atomic():
                StaffProfile.objects.create(practice=practice, person_id=viewer().person_id, **values)
        except IntegrityError:  # the same form, sent twice at the same moment
            raise Stale(own_profile(practice)) from None
    else:
        StaffProfile.objects.filter(pk=found.pk).update(**values)
    told(practice, changed)
    return True


@transaction.atomic
def put_photo(*, practice: Practice, picture: bytes) -> None:
    """Show this picture (of `small`) from now on; empty: none."""
    me = viewer().person_id
    if not StaffPhoto.objects.filter(practice=practice, person_id=me).update(picture=picture):
        if not picture:
            return
        StaffPhoto.objects.create(practice=practice, person_id=me, picture=picture)
    told(practice, ["photo"])


def told(practice: Practice, fields: list[str]) -> None:
    """On the trail: what changed, not what it says."""
    audit.record("profile_changed", practices=[practice.pk], data={"fields": fields})


def small(file: IO[bytes]) -> bytes:
    """The picture as it is kept: a square from its middle, upright, small, and only its pixels: where and when it was taken, and
    by which telephone, stays behind. Raises NoPicture."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a picture suspiciously large is refused, not unfolded
        try:
            opened = Image.open(file, formats=KINDS)
            if opened.width * opened.height > MOST_PIXELS:
                raise NoPicture("large")
            opened.draft("RGB", (SIDE, SIDE))
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
        except NoPicture:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise NoPicture("large") from None
        except (OSError, SyntaxError, ValueError, EOFError, MemoryError, Warning):
            raise NoPicture("unreadable") from None
    paper = Image.new("RGBA", upright.size, "white")
    plain = ImageOps.fit(Image.alpha_composite(paper, upright).convert("RGB"), (SIDE, SIDE))
    written = io.BytesIO()
    plain.save(written, "JPEG", quality=82, optimize=True)
    return written.getvalue()
