"""Log-in names to begin with: two words and a number, which tell nothing about whose they are."""

import secrets

# Short, friendly, easy to spell in either language, and none of them a name or a slight.
FIRST = (
    "amber", "azul", "bravo", "brisk", "coral", "cosmic", "crisp", "dorado", "electric", "fresco", "gentle", "golden", "indigo",
    "jolly", "lilac", "lunar", "mellow", "mint", "neon", "ocean", "olive", "orbit", "polar", "quiet", "rapid", "sienna", "silver",
    "solar", "sunny", "swift", "tango", "tropic", "velvet", "verde", "violet", "vivid",
)  # fmt: skip
SECOND = (
    "badger", "bonsai", "cactus", "canoe", "cedar", "cometa", "condor", "delfin", "falcon", "fossil", "gecko", "guitar", "harbor",
    "island", "jaguar", "kayak", "koala", "lantern", "lemur", "llama", "mango", "meteor", "nebula", "otter", "panda", "papaya",
    "piano", "planet", "puma", "quetzal", "rocket", "tiger", "toucan", "tulip", "violin", "volcano",
)  # fmt: skip


def suggested() -> str:
    """One of about a million."""
    return f"{secrets.choice(FIRST)}-{secrets.choice(SECOND)}-{secrets.randbelow(900) + 100}"
