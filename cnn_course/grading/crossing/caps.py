"""How much one message may hold."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Caps:
    """The most that a message may hold.

    `depth`: containers in containers. `nodes`: values, those in containers included; the names in a dict and
    the numbers in an array are not counted. `text`: characters of one text. `arrays`: how many of them.
    `blobs`: bytes of all arrays together. `header`: bytes of the rest, which is JSON.
    """

    depth: int = 32
    nodes: int = 20_000
    text: int = 100_000
    arrays: int = 2_000
    blobs: int = 64 << 20
    header: int = 4 << 20


CAPS = Caps()
LARGE = Caps(nodes=40_000, blobs=256 << 20)  # of the deepest networks of the course, or of their weights
