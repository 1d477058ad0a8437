"""Short ways to move someone in: a file, its upload, the yes, and the worker's rounds."""

import csv
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actions.moving import carry_on
from accounts.models import MoveIn, Person
from accounts.tasks import carry_on_moves
from carebridge.lib.database import WORKER
from tests.harness import WallClient, role

NEW = {
    "child_name": "Nia Okafor", "date_of_birth": "2017-03-21", "guardian_1_name": "Ada Okafor",
    "guardian_1_email": "ada@okafor.example", "guardian_1_relationship": "mother", "guardian_1_authority": "full",
    "guardian_1_household": "elm",
}  # fmt: skip


def table(*rows: dict[str, str]) -> bytes:
    """A file with these rows; of the columns those that any row has."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, columns)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def send(client: WallClient, data: bytes, name: str = "children.csv", **more: str) -> Any:
    """The form of the first page."""
    return client.post(reverse("move_in"), {"file": SimpleUploadedFile(name, data, "text/csv"), **more})


def uploaded(client: WallClient, *rows: dict[str, str]) -> MoveIn:
    """A file that waits."""
    response = send(client, table(*rows))
    assert response.status_code == 302, response.content.decode()
    return MoveIn.objects.get(pk=response["Location"].strip("/").split("/")[-1])


def say_yes(client: WallClient, move: MoveIn) -> Any:
    """The button of the last page."""
    return client.post(reverse("move_in_start", args=[move.pk]))


def rounds() -> int:
    """One round of the worker's, as the worker."""
    with role(WORKER):
        return int(carry_on_moves())


def one_batch(move: MoveIn, who: Person, rows: int) -> bool:
    """One batch, as the worker."""
    with role(WORKER):
        return carry_on(move=move.pk, person=who.pk, batch=rows)


def brought_in(client: WallClient, *rows: dict[str, str]) -> MoveIn:
    """All of it."""
    move = uploaded(client, *rows)
    assert say_yes(client, move).status_code == 302
    rounds()
    move.refresh_from_db()
    return move


def row(name: str, **more: str) -> dict[str, str]:
    """A child without anyone, and whatever more."""
    return {"child_name": name, "date_of_birth": "2016-06-01", **more}


def guardian(name: str, email: str, authority: str = "full", seat: int = 1, **more: str) -> dict[str, str]:
    """The cells of a guardian."""
    given = {"name": name, "email": email, "authority": authority, **more}
    return {f"guardian_{seat}_{column}": text for column, text in given.items()}
