"""The bench writes its practice past the models: when a table changes, its rows must, too."""

import pytest
from django.db import connection
from psycopg import ClientCursor

from sessions_log.models import HomeUpdate, Mark, ProgressNote, Session
from tests.bench.practice import ENTRIES, SQL, WORDS, Size

SMALLEST = Size(practices=1, children=10, notes=100)


@pytest.mark.django_db
def test_the_generated_practice_fits_the_tables() -> None:
    values = {**vars(SMALLEST), "people": SMALLEST.people, "words": WORDS, "password": "!"}
    connection.ensure_connection()
    ClientCursor(connection.connection).execute(SQL.read_bytes(), values)
    for child, entries in ENTRIES.items():
        assert Session.objects.filter(child=child).count() == entries // 2
        assert Mark.objects.filter(child=child, kind="used").count() == 1
    assert HomeUpdate.objects.filter(child=4).count() == 20
    assert ProgressNote.objects.count() > SMALLEST.notes
