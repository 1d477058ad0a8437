"""A therapist here who is a parent there chooses which of both the pages show (accounts/views/practices.py)."""

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitors
from tests.journeys.site import Site

pytestmark = pytest.mark.browser

FATHER = """
WITH there AS (
  INSERT INTO accounts_practice (public_id, ref, name, time_zone, language, reply_within_hours, notes_due_hours, crisis_text,
      handbook, guardian_access, assent_age, majority_age, policy_source, reply_hours, fees, how_to_ask)
    VALUES (gen_random_uuid(), 'elm', 'Elm Row', 'America/New_York', 'en', 48, 72, '', '', 'summaries_only', 12, 18, '', '',
      '', '')
    RETURNING id
), child AS (
  INSERT INTO accounts_child (public_id, practice_id, name, date_of_birth, pronouns, about_me)
    SELECT gen_random_uuid(), there.id, 'Ezra', '2016-02-02', '', '' FROM there RETURNING id, practice_id
)
INSERT INTO accounts_circlerow (id, practice_id, child_id, person_id, role, authority, household, starts)
  SELECT gen_random_uuid(), child.practice_id, child.id, a.id, 'guardian', 'full', '', now() - interval '1 day'
  FROM child, accounts_account a WHERE a.email = 'tom@willow.example'
"""


def test_a_therapist_here_and_a_father_there(site: Site, visitor: Visitors) -> None:
    site.arrange(FATHER)
    tom, phone = visitor("tom"), visitor("tom", phone=True)
    tom.page.goto("/children/")
    tom.reads("Ezra", "Maya")
    tom.page.get_by_role("navigation").get_by_role("link", name="All practices").click()
    tom.reads("You have a place in several practices.", "Only Elm Row")
    tom.look()
    tom.page.get_by_label("Only Elm Row").check()
    tom.press("Show me this")
    tom.reads("From now on you see only Elm Row.")
    expect(tom.page.get_by_role("navigation").get_by_role("link", name="Elm Row")).to_be_visible()
    tom.look()
    tom.finds_nowhere(["Maya", "Leo"])
    # The other browser stands in both still.
    phone.page.goto("/children/")
    phone.reads("Ezra", "Maya")
    tom.page.goto("/practices/")
    tom.page.get_by_label("All of them together").check()
    tom.press("Show me this")
    tom.page.goto("/children/")
    tom.reads("Ezra", "Maya")
