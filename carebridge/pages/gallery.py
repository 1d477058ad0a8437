"""Every component in every state, on one page of a practice on one's own machine. Made-up words; nothing is asked of the
database.
"""

from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.access import public

WORDS = {
    "buttons": "Buttons",
    "surfaces": "Sheets",
    "stream": "A child's stream",
    "lists": "Lists",
    "marks": "Small marks",
    "privacy": "How private a text is",
    "notes": "What the page wants to say",
    "empty": "Empty",
    "people": "People",
    "filters": "Filters",
    "steps": "Steps",
    "fields": "Fields",
    "facts": "Facts",
    "fold": "Folded",
    "door": "Door",
    "action": "Write an update",
    "second": "Choose again",
    "quiet": "Enter this in error",
    "danger": "Take it out",
    "off": "Not now",
    "earlier": "Earlier",
    "later": "Later",
    "page": "Page 2 of 5",
    "child": "Maya",
    "week": "This week",
    "days": "Oct. 12 – 18",
    "home": "told of a win",
    "summary": "shared a summary",
    "session": "Session, 50 minutes",
    "reached": "reached a step",
    "letter": "She asked for five minutes alone instead of slamming the door. Then she came back by herself and told us why.",
    "lead": "The first sentence of a page, a little larger.",
    "soft": "What may be passed over.",
    "long": "Schlechtwetterspielplatzbeaufsichtigungsverordnung",
    "overdue": "overdue",
    "answered": "answered",
    "named": "named in a concern",
    "help": "About a minute is enough.",
    "plain": "Saved at 4:12 p.m.",
    "offline": "No connection. Your words are still here.",
    "news": "Your update is with Maya's care team.",
    "attention": "This was changed elsewhere after you opened it. Nothing is lost.",
    "safety": "Dan is named in a concern about this child.",
    "urgent": "In danger, call your local emergency number.",
    "nothing": "Nothing has happened yet. What you tell the care team will stand here.",
    "who_me": "No colleague, no lead, no admin, no parent.",
    "who_team": "The care team reads this. Nobody else does, unless you choose them below.",
    "who_readers": "Priya Nair and the care team.",
}
FILTERS = [("Everything", 12), ("From home", 5), ("Sessions", 4), ("Summaries", 3)]
STEPS = ["What is it", "Who should know", "Look once more", "Send"]
PEOPLE = [("Tom Reyes", "therapist"), ("Priya Nair", "mother"), ("Joy", "")]


class Sample(forms.Form):
    """One field of each kind."""

    said = forms.CharField(label="What happened?", widget=forms.Textarea, help_text=WORDS["help"])
    where = forms.CharField(label="Where", required=False)
    off = forms.CharField(label="Cannot be changed", required=False, disabled=True, initial="Willow Creek")
    when = forms.DateTimeField(label="When", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    kind = forms.ChoiceField(
        label="What is it?", choices=[("win", "a win"), ("worry", "a worry")], widget=forms.RadioSelect
    )
    also = forms.MultipleChoiceField(
        label="Also show it to",
        choices=[("dan", "Dan Whitlock"), ("joy", "Joy Okafor")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    list = forms.ChoiceField(label="One of many", choices=[("a", "Playroom"), ("b", "At school")])


@public("made-up words, on a developer's own machine alone")
def gallery(request: HttpRequest) -> HttpResponse:
    """The page: calm fields, and the same with what can be wrong about them."""
    now = timezone.now()
    context = {
        "say": WORDS,
        "filters": FILTERS,
        "steps": STEPS,
        "people": PEOPLE,
        "moments": [now, now - timedelta(days=1), now - timedelta(days=40)],
        "calm": Sample(auto_id="calm_%s", initial={"kind": "win", "also": ["dan"]}),
        "wrong": Sample({"said": "", "when": ""}, auto_id="wrong_%s"),
    }
    return render(request, "pages/gallery.html", context)


def addresses(env: str) -> list[URLPattern]:
    """Where it stands: with CAREBRIDGE_ENV=local on /gallery/, otherwise nowhere."""
    return [path("gallery/", gallery, name="gallery")] if env == "local" else []
