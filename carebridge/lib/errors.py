"""Error reports without anything a person wrote."""

from collections.abc import ItemsView
from typing import Any

from django.views.debug import SafeExceptionReporterFilter


class NothingShown(SafeExceptionReporterFilter):
    """Leaves every POST parameter and every local variable out of any report."""

    def get_post_parameters(self, request: Any) -> dict[str, str]:  # noqa: ARG002 - Django's signature
        """Nothing."""
        return {}

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> ItemsView[str, Any]:  # noqa: ARG002
        """Nothing."""
        return dict[str, Any]().items()
