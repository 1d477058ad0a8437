"""What the bare page reads: lines of text, outside the wall."""

from typing import ClassVar

from django.db import models


class Line(models.Model):
    """As much text as an entry of a child's page. Made by tests/bench/practice.sql."""

    child = models.BigIntegerField()
    moment = models.DateTimeField()
    author = models.CharField(max_length=200)
    body = models.TextField()
    objects: ClassVar[models.Manager["Line"]] = models.Manager()

    class Meta:
        managed = False
        db_table = "bench_line"
