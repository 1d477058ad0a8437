"""What a link or a card opens, for whoever holds it. Nobody is entered yet, so the kernel is asked (accounts/definers.py)."""

from accounts import definers, links
from accounts.actions.join import Open
from accounts.visibility import viewer


def by_link(token: str) -> Open | None:
    """The open invitation of a mailed link; None for any other, whatever the reason."""
    named = links.unseal("invitation", token)
    if named is None or not named[1].isdecimal() or len(named[1]) > 9:
        return None
    invitation, serial = named[0], int(named[1])
    way = definers.open_invitation(invitation, serial, viewer().moment)
    return Open(invitation, serial, way) if way and way.kind != "young_person" else None


def by_code(code: str) -> Open | None:
    """The open invitation of a card."""
    moment = viewer().moment
    card = definers.open_card(links.code_sha256(code), moment)
    way = definers.open_invitation(*card, moment) if card else None
    return Open(*card, way) if card and way else None
