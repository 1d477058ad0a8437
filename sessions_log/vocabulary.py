"""The words of the field that can be tapped when a session is logged.

What is stored is the key: it belongs to no language, and each reader sees it in their own. What a practice added, and what
was typed or loaded freely, is stored as it is and shown as it is.
"""

from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from sessions_log.enums import ChoiceKind, NoteTemplate


class TechniqueGroup(TextChoices):
    """Kinds of therapy a technique belongs to."""

    PLAY = "play", _("Play")
    ARTS = "arts", _("Arts")
    CBT = "cbt", _("CBT")
    OTHER = "other", _("Other")


class PlayTechnique(TextChoices):
    """Play therapy."""

    CHILD_CENTRED = "child_centred_play", _("Child-centred play")
    DIRECTIVE = "directive_play", _("Directive play")
    SAND_TRAY = "sand_tray", _("Sand tray")
    PUPPETS = "puppets", _("Puppets")
    DOLL_HOUSE = "doll_house", _("Doll's house")
    PRETEND = "pretend_play", _("Pretend and role play")
    BUILDING = "building", _("Building and blocks")
    GAMES = "therapeutic_games", _("Board and card games")
    METAPHOR = "therapeutic_story", _("Therapeutic story")
    FILIAL = "filial_play", _("Filial play")


class ArtTechnique(TextChoices):
    """Expressive arts."""

    DRAWING = "drawing", _("Drawing")
    FAMILY_DRAWING = "family_drawing", _("Kinetic family drawing")
    PAINTING = "painting", _("Painting")
    CLAY = "clay", _("Clay")
    COLLAGE = "collage", _("Collage")
    MASKS = "masks", _("Masks")
    MUSIC = "music", _("Music")
    MOVEMENT = "movement", _("Dance and movement")
    DRAMA = "drama", _("Drama")
    WRITING = "writing", _("Writing and poetry")


class CbtTechnique(TextChoices):
    """Cognitive behavioural therapy."""

    PSYCHOEDUCATION = "psychoeducation", _("Psychoeducation")
    FEELINGS = "feelings_identification", _("Naming and rating feelings")
    THOUGHTS = "thought_record", _("Thought record")
    RESTRUCTURING = "cognitive_restructuring", _("Cognitive restructuring")
    EXPOSURE = "graded_exposure", _("Graded exposure")
    ACTIVATION = "behavioural_activation", _("Behavioural activation")
    EXPERIMENT = "behavioural_experiment", _("Behavioural experiment")
    RELAXATION = "relaxation", _("Breathing and relaxation")
    PROBLEM_SOLVING = "problem_solving", _("Problem solving")
    SOCIAL_SKILLS = "social_skills", _("Social skills practice")
    COPING = "coping_plan", _("Coping plan")


class OtherTechnique(TextChoices):
    """Everything else that is common in work with children."""

    MINDFULNESS = "mindfulness", _("Mindfulness and grounding")
    SENSORY = "sensory_regulation", _("Sensory regulation")
    NARRATIVE = "externalising", _("Narrative: externalising")
    TRAUMA_NARRATIVE = "trauma_narrative", _("Trauma narrative")
    EMDR = "emdr", _("EMDR")
    SOLUTIONS = "solution_focused", _("Solution-focused questions")
    MOTIVATION = "motivational_interviewing", _("Motivational interviewing")
    DYADIC = "dyadic_work", _("Parent and child together")
    FAMILY = "family_work", _("Family session")
    COACHING = "parent_coaching", _("Parent coaching")
    STRENGTHS = "strengths", _("Strengths and resources")
    SAFETY_PLAN = "safety_planning", _("Safety planning")
    GOALS = "goal_review", _("Goal review")
    ENDING = "ending", _("Ending and goodbye")


class Theme(TextChoices):
    """Themes of play and talk."""

    POWER = "power_control", _("Power and control")
    AGGRESSION = "aggression", _("Aggression")
    NURTURING = "nurturing", _("Nurturing")
    SAFETY = "safety", _("Safety and protection")
    RESCUE = "rescue", _("Rescue")
    GOOD_EVIL = "good_evil", _("Good and evil")
    MASTERY = "mastery", _("Mastery")
    LIMITS = "limits", _("Limits and boundaries")
    CHAOS = "chaos", _("Chaos and order")
    SEPARATION = "separation", _("Separation and reunion")
    LOSS = "loss", _("Loss and grief")
    DEATH = "death", _("Death")
    ATTACHMENT = "attachment", _("Trust and attachment")
    FAMILY = "family", _("Family")
    SIBLINGS = "siblings", _("Siblings")
    FRIENDS = "friends", _("Friends")
    SCHOOL = "school", _("School")
    CHANGE = "change", _("Moving and change")
    FEAR = "fear", _("Fear and worry")
    ANGER = "anger", _("Anger")
    SHAME = "shame", _("Shame and guilt")
    IDENTITY = "identity", _("Identity")
    BODY = "body", _("Body and health")
    TRAUMA = "trauma", _("Trauma")
    HOPE = "hope", _("Hope")


class Setting(TextChoices):
    """Where a session is held."""

    PLAYROOM = "playroom", _("Playroom")
    ROOM = "room", _("Therapy room")
    HOME = "home", _("At home")
    SCHOOL = "school", _("At school")
    OUTDOORS = "outdoors", _("Outdoors")
    ONLINE = "online", _("Online")


class Affect(TextChoices):
    """How a child seemed. Joined into a sentence in the writer's language: it is the beginning of a text."""

    CALM = "calm", _("calm")
    PLAYFUL = "playful", _("playful")
    CHEERFUL = "cheerful", _("cheerful")
    PROUD = "proud", _("proud")
    SAD = "sad", _("sad")
    TEARFUL = "tearful", _("tearful")
    ANGRY = "angry", _("angry")
    WORRIED = "worried", _("worried")
    FRIGHTENED = "frightened", _("frightened")
    WITHDRAWN = "withdrawn", pgettext_lazy("affect", "withdrawn")
    RESTLESS = "restless", _("restless")
    TENSE = "tense", _("tense")
    FLAT = "flat", _("flat")


GROUPS: dict[str, type[TextChoices]] = {
    TechniqueGroup.PLAY: PlayTechnique,
    TechniqueGroup.ARTS: ArtTechnique,
    TechniqueGroup.CBT: CbtTechnique,
    TechniqueGroup.OTHER: OtherTechnique,
}
WORDS: dict[str, dict[str, Any]] = {
    ChoiceKind.TECHNIQUE: {key: label for group in GROUPS.values() for key, label in group.choices},
    ChoiceKind.THEME: dict(Theme.choices),
    ChoiceKind.SETTING: dict(Setting.choices),
}
LAYOUTS: dict[str, list[Any]] = {ChoiceKind.TEMPLATE: [template.label for template in NoteTemplate]}


def is_built_in(kind: str, name: str) -> bool:
    """Whether a word of a kind is among these, in any language of ours, however it is capitalised."""
    wanted = name.strip().casefold()
    for language, _name in settings.LANGUAGES:
        with override(language):
            if wanted in {str(label).casefold() for label in (*WORDS.get(kind, {}).values(), *LAYOUTS.get(kind, ()))}:
                return True
    return False


def worded(kind: str, stored: str) -> str:
    """How a stored technique, theme or setting reads in the reader's language."""
    return str(WORDS[kind].get(stored, stored))
