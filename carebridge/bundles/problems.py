"""What is wrong with a bundle: one line per problem, each with a JSON pointer (RFC 6901) to where it is."""

from dataclasses import dataclass, field

SHOWN = 50  # lines; the rest is counted


@dataclass
class Problems:
    """Collects every problem. Messages never quote a value of the file: any of them may be clinical."""

    lines: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, pointer: str, message: str) -> None:
        """One more. `pointer` leads to a value that is in the file; "" is the whole of it."""
        self.count += 1
        if self.count <= SHOWN:
            self.lines.append(f"{pointer}: {message}")

    def report(self) -> str:
        """The first lines, then how many more there are."""
        more = self.count - len(self.lines)
        return "\n".join([*self.lines, *([f"… and {more} more"] if more else [])])


def below(pointer: str, key: str) -> str:
    """The pointer to a key of an object (RFC 6901, section 4: ~ and / are written ~0 and ~1)."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
