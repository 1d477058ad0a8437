"""The web at a moment that stands still, so that what it shows of a practice is the same on every day: for pictures."""

import os
from datetime import datetime

import time_machine

time_machine.travel(datetime.fromisoformat(os.environ["CAREBRIDGE_PINNED"]), tick=False).start()

from carebridge.wsgi import application  # noqa: E402, F401
