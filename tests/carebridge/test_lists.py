"""Lists as people say them, in both languages."""

import pytest
from django.utils import translation

from carebridge.lib.lists import joined


@pytest.mark.parametrize(
    ("words", "english", "spanish"),
    [
        ([], "", ""),
        (["Priya"], "Priya", "Priya"),
        (["Ana", "Dan"], "Ana and Dan", "Ana y Dan"),
        (["Priya", "Inés"], "Priya and Inés", "Priya e Inés"),
        (["Inés", "Priya"], "Inés and Priya", "Inés y Priya"),
        (["Ana", "Dan", "Priya"], "Ana, Dan and Priya", "Ana, Dan y Priya"),
        (["Ana", "Dan", "Hilda Ruiz"], "Ana, Dan and Hilda Ruiz", "Ana, Dan e Hilda Ruiz"),
        (["Ana", "I\u0301ñigo"], "Ana and I\u0301ñigo", "Ana e I\u0301ñigo"),  # its accent written apart
        (["Ana", "ivy"], "Ana and ivy", "Ana e ivy"),
        (["Ana", "Yves"], "Ana and Yves", "Ana e Yves"),
        (["Ana", "Yolanda"], "Ana and Yolanda", "Ana y Yolanda"),
        (["Ana", "Hierro"], "Ana and Hierro", "Ana y Hierro"),
        (["Ana", "Ian"], "Ana and Ian", "Ana y Ian"),
        (["Ana", "Hugo"], "Ana and Hugo", "Ana y Hugo"),
    ],
)
def test_names_are_joined_as_people_say_them(words: list[str], english: str, spanish: str) -> None:
    for language, expected in (("en", english), ("es", spanish)):
        with translation.override(language):
            assert joined(words) == expected
