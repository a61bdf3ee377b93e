"""Ten drawn shapes: a data set that needs no download, and as hard as you like.

What a shape is does not show in any single pixel: place, size, rotation and both colours are random and
the shape may be lighter or darker than its background, so a linear classifier stays near chance (13 % right
at difficulty 0.5) while a small convolutional network does well. `difficulty` turns up everything that
hinders at once:

    difficulty          0                     1
    radius              10 to 13 pixels       6 to 13 pixels
    rotation            up to 20 degrees      any
    colour distance     about 0.95            about 0.55 (of sqrt(3), black to white)
    clutter             none                  4 dots and strokes, and a background that shades off
    noise               none                  standard deviation 0.08 of the range

Each outline is a signed distance (negative inside, in radii); see Inigo Quilez,
"2D distance functions", https://iquilezles.org/articles/distfunctions2d.
"""

from collections.abc import Callable

import numpy as np

from cnn_course.data.dataset import Split
from cnn_course.data.parts import Parts

SIDE = 32
TRAIN_PER_CLASS = 500
TEST_PER_CLASS = 100
TRAIN_SEED, TEST_SEED = 1, 2
CLUTTER = 4  # dots and strokes at difficulty 1
NOISE = 0.08  # standard deviation at difficulty 1, on a scale of 0 to 1
Outline = Callable[[np.ndarray, np.ndarray], np.ndarray]


def read_shapes(*, difficulty: float = 0.5) -> Parts:
    """5,000 training and 1,000 test images of 32x32x3, ten classes, as many of each.

    `difficulty`: 0 to 1, otherwise ValueError.
    """
    if isinstance(difficulty, bool) or not isinstance(difficulty, int | float) or not 0 <= difficulty <= 1:
        raise ValueError(f"difficulty={difficulty!r}: it must be a number from 0 to 1")
    return Parts(
        train=draw(TRAIN_PER_CLASS, difficulty, seed=TRAIN_SEED),
        test=lambda: draw(TEST_PER_CLASS, difficulty, seed=TEST_SEED),
        classes=CLASSES,
        source=f"shapes, drawn with difficulty {difficulty:g}",
    )


def draw(per_class: int, difficulty: float, *, seed: int) -> Split:
    """`per_class` images of each shape, class after class."""
    random = np.random.RandomState(seed)  # its stream never changes between versions of NumPy (NEP 19)
    images = [_draw_class(random, outline, per_class, difficulty) for outline in OUTLINES.values()]
    return Split(np.concatenate(images), np.repeat(np.arange(len(CLASSES)), per_class))


def _draw_class(random: np.random.RandomState, outline: Outline, count: int, difficulty: float) -> np.ndarray:
    background, colour = _colours(random, count, difficulty)
    scene = _background(random, background, difficulty)
    _add_clutter(random, scene, background, difficulty)
    _paint(scene, _cover(random, outline, count, difficulty), colour)
    if difficulty > 0:
        _add_noise(random, scene, NOISE * difficulty)
    return np.rint(scene.clip(0, 1) * 255).astype("uint8")


def _paint(scene: np.ndarray, cover: np.ndarray, colour: np.ndarray) -> None:
    scene += cover[..., None] * (colour[:, None, None] - scene)


def _cover(random: np.random.RandomState, outline: Outline, count: int, difficulty: float) -> np.ndarray:
    """How much of each pixel the shape covers, 0 to 1: (n, 32, 32)."""
    radius = _uniform(random, 10 - 4 * difficulty, 13, (count, 1, 1))
    angle = np.pi * _uniform(random, -1, 1, (count, 1, 1)) * (1 / 9 + 8 / 9 * difficulty)
    centre = _uniform(random, -1, 1, (2, count, 1, 1)) * (SIDE / 2 - 1 - 1.1 * radius)  # corners reach 1.1
    u, v = _turn(_grid() - centre, angle)
    distance = outline(u / radius, v / radius) * radius
    return (0.5 - distance).clip(0, 1)  # an edge is one pixel wide


def _turn(points: np.ndarray, angle: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    x, y = points
    cos, sin = np.cos(angle), np.sin(angle)
    return x * cos + y * sin, y * cos - x * sin


def _uniform(random: np.random.RandomState, low: float, high: float, shape: tuple[int, ...]) -> np.ndarray:
    return random.uniform(low, high, shape).astype("float32")


def _add_noise(random: np.random.RandomState, scene: np.ndarray, deviation: float) -> None:
    """The sum of two random bytes is nearly bell-shaped, and ten times as fast as a bell."""
    low, high = np.frombuffer(random.bytes(2 * scene.size), "u1").reshape(2, *scene.shape)
    scene += (low.astype("float32") + high - 255) * np.float32(deviation / np.sqrt(2 * (256**2 - 1) / 12))


def _grid() -> np.ndarray:
    """x to the right and y upwards, in pixels from the middle: (2, 1, 32, 32)."""
    steps = (np.arange(SIDE, dtype="float32") + 0.5) - SIDE / 2
    return np.stack(np.meshgrid(steps, -steps))[:, None]


def _colours(random: np.random.RandomState, count: int, difficulty: float) -> tuple[np.ndarray, np.ndarray]:
    """Colours of background and shape, (n, 3) each, about as far apart as the difficulty says.

    Both are drawn alike and then swapped at random, so that neither says anything about the class.
    """
    first = _uniform(random, 0, 1, (count, 3))
    others = _uniform(random, 0, 1, (count, 24, 3))
    distance = np.linalg.norm(others - first[:, None], axis=-1)
    second = others[np.arange(count), np.abs(distance - (0.95 - 0.4 * difficulty)).argmin(axis=1)]
    swap = random.uniform(size=(count, 1)) < 0.5
    return np.where(swap, second, first), np.where(swap, first, second)


def _background(random: np.random.RandomState, colour: np.ndarray, difficulty: float) -> np.ndarray:
    """One colour that shades off in a random direction: (n, 32, 32, 3)."""
    x, y = _grid()[..., None] / SIDE
    slope = _uniform(random, -0.3, 0.3, (2, len(colour), 1, 1, 3)) * np.float32(difficulty)
    return colour[:, None, None] + x * slope[0] + y * slope[1]


def _add_clutter(
    random: np.random.RandomState, scene: np.ndarray, background: np.ndarray, difficulty: float
) -> None:
    """Paint dots and strokes over each background, in colours not far from it."""
    for _ in range(CLUTTER):
        some = np.flatnonzero(random.uniform(size=len(scene)) < difficulty)
        centre = _uniform(random, -SIDE / 2, SIDE / 2, (2, len(some), 1, 1))
        angle, length, width = (
            _uniform(random, low, high, (len(some), 1, 1)) for low, high in ((0, np.pi), (0, 7), (0.6, 1.8))
        )
        u, v = _turn(_grid() - centre, angle)
        distance = np.hypot(np.maximum(np.abs(u) - length, 0), v) - width
        colour = (background[some] + _uniform(random, -0.25, 0.25, (len(some), 3))).clip(0, 1)
        painted = scene[some]
        _paint(painted, (0.5 - distance).clip(0, 1), colour)
        scene[some] = painted


def _circle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.hypot(u, v) - 0.85


def _ring(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.abs(np.hypot(u, v) - 0.74) - 0.21


def _semicircle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(np.hypot(u, v + 0.4) - 1, -(v + 0.4))


def _crescent(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(np.hypot(u, v) - 1, 0.82 - np.hypot(u - 0.5, v))


def _polygon(u: np.ndarray, v: np.ndarray, corners: int, apothem: float) -> np.ndarray:
    """The side that a point is beyond, or nearest to, decides."""
    normals = np.pi * (2 * np.arange(corners) / corners - 0.5)  # one side lies flat at the bottom
    return np.max([u * np.cos(a) + v * np.sin(a) for a in normals], axis=0) - apothem


def _triangle(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _polygon(u, v + 0.1, 3, 0.52)


def _square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return _polygon(u, v, 4, 0.72)


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    long, short = np.maximum(np.abs(u), np.abs(v)), np.minimum(np.abs(u), np.abs(v))
    return np.maximum(long - 0.95, short - 0.28)


def _star(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Five points: fold the plane into one half of a point, whose side is one straight line."""
    tenth = np.pi / 5
    angle = np.abs((np.arctan2(u, v) + tenth) % (2 * tenth) - tenth)  # from the nearest tip
    x, y = np.hypot(u, v) * np.sin(angle), np.hypot(u, v) * np.cos(angle)
    inner = 0.42
    dx, dy = inner * np.sin(tenth), inner * np.cos(tenth) - 1  # from the tip (0, 1) to the notch
    return (-dy * x + dx * (y - 1)) / np.hypot(dx, dy)


def _heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    x, y = np.abs(u) / 1.55, (v + 0.85) / 1.55
    lobe = np.hypot(x - 0.25, y - 0.75) - np.sqrt(2) / 4
    fold = np.maximum(x + y, 0) / 2
    body = np.minimum(np.hypot(x, y - 1), np.hypot(x - fold, y - fold)) * np.sign(x - y)
    return np.where(x + y > 1, lobe, body) * 1.55


def _hourglass(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum((np.abs(u) - 0.8 * np.abs(v) - 0.06) * 0.78, np.abs(v) - 0.85)


OUTLINES: dict[str, Outline] = {
    "circle": _circle,
    "crescent": _crescent,
    "cross": _cross,
    "heart": _heart,
    "hourglass": _hourglass,
    "ring": _ring,
    "semicircle": _semicircle,
    "square": _square,
    "star": _star,
    "triangle": _triangle,
}
CLASSES = tuple(OUTLINES)
