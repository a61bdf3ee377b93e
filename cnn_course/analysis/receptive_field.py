"""Which pixels a unit sees: size, jump and centre of its receptive field, and the exact box of each unit.

Decks 001 (L409-471), 002 (L493-511, L945-964, L1076-1088), 003 (L122-125). Through a window of effective
size k and stride s a field grows by (k - 1) * jump, and the jump becomes s * jump. Where branches meet, a
unit sees what any of them sees. `size` is that of a unit far from all borders, also where the image is
smaller; a unit at the border sees the part of it that lies on the image and is not lost on the way:
`receptive_box` tells that part. A dense layer and a global pooling see all that reaches them.

AlexNet's last pooling: 195x195; VGG16's: 212x212. Three 3x3 convolutions: 7x7; five: 11x11.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, lcm
from typing import Any

import keras

from cnn_course.analysis.calls import Call, Shape, Value, layer_calls
from cnn_course.analysis.windows import PLACE, RESHAPED, UNKNOWN, Window, image_size, looks_at, spatial

Span = tuple[float, float]  # first and last pixel, whole numbers or infinite
EVERYTHING, NOTHING = (-inf, inf), (inf, -inf)


@dataclass(frozen=True)
class Axis:
    """What the units of a map see along one axis of the input.

    `spans` are those of the first units on an endless image; then they repeat, `step` pixels further on.
    One span is enough unless a map was enlarged: then neighbours may see the same, or more or less than
    each other. Without places, as in a vector, there is one span and no step.
    `seen` holds, for each unit, the pixels that really reach it; None if the image has no fixed size.
    """

    spans: tuple[Span, ...]
    step: int
    seen: tuple[Span, ...] | None

    def span(self, unit: int) -> Span:
        """What a unit would see on an endless image."""
        repeats, index = divmod(unit, len(self.spans))
        first, last = self.spans[index]
        return first + repeats * self.step, last + repeats * self.step

    @property
    def size(self) -> int | None:
        """Pixels that a unit far from all borders sees; of a unit that sees everything, all that reach it."""
        spans = self.seen if EVERYTHING in self.spans else self.spans
        if spans is None:
            return None
        first, last = _hull(spans) if EVERYTHING in self.spans else max(spans, key=_length)
        return int(last - first) + 1

    @property
    def jump(self) -> Fraction | None:
        """Pixels from the field of one unit to that of the next."""
        return Fraction(self.step, len(self.spans)) if self.step else None

    @property
    def centre(self) -> Fraction | None:
        """Where the middle of the first unit's field lies, in pixels; 0 is the middle of the first pixel."""
        if self.seen is None or self.spans[0] in (EVERYTHING, NOTHING):
            return None
        return Fraction(int(sum(self.spans[0])), 2)


Field = tuple[Axis, ...]
Fields = dict[int, Field]  # by input of the network; inputs without axes, such as vectors, are left out


def receptive_fields(calls: Sequence[Call]) -> dict[Value, Fields | None]:
    """For each value of a network what its units see of each input; None where that is not known.

    It is not known behind a layer that `cnn_course.analysis.windows` does not know.
    """
    known: dict[Value, Fields | None] = {}
    for index, call in enumerate(calls):
        if call.inputs:
            fields = _after(call, [known[value] for value in call.inputs])
        else:
            fields = _entry(index, image_size(calls, index))
        known |= dict.fromkeys(call.outputs, fields)
    return known


def receptive_box(model: keras.Model, layer: str, unit: Sequence[int]) -> tuple[slice, ...]:
    """The rows and columns of the image that a unit of a layer sees: `image[receptive_box(...)]`.

    `layer` is an address as in the table, `unit` the unit's row and column on that layer's map, () for a
    vector. Raises ValueError if there is no such layer or unit, or if what it sees is not known.
    """
    calls = layer_calls(model)
    call = next((call for call in calls if call.address == layer), None)
    if call is None:
        raise ValueError(f"{model.name} has no layer {layer!r}; the table lists its layers")
    fields = receptive_fields(calls)[call.outputs[0]]
    if not fields or len(fields) > 1:
        raise ValueError(f"what {layer} sees can't be said: there must be one image and known layers only")
    (field,) = fields.values()
    return tuple(_box(axis, place, layer) for axis, place in zip(field, _places(call, unit), strict=True))


def _places(call: Call, unit: Sequence[int]) -> Sequence[int | None]:
    sizes = spatial(call.output_shape, call.layer)
    if len(unit) != len(sizes) or any(not 0 <= i < (n or inf) for i, n in zip(unit, sizes, strict=True)):
        shown = "x".join(map(str, sizes)) or "no"
        raise ValueError(f"unit {tuple(unit)} is not on the map of {call.address}, which has {shown} places")
    return unit or (None, None)


def _box(axis: Axis, place: int | None, layer: str) -> slice:
    if axis.seen is None:
        raise ValueError(
            f"what {layer} sees depends on the size of the image, which this network leaves open"
        )
    first, last = _hull(axis.seen) if place is None else axis.seen[place]
    return slice(0, 0) if (first, last) == NOTHING else slice(int(first), int(last) + 1)


def _entry(index: int, sizes: Shape) -> Fields:
    """Of an input each unit sees itself."""
    seen = [None if size is None else tuple((i, i) for i in range(size)) for size in sizes]
    return {index: tuple(Axis(((0, 0),), 1, pixels) for pixels in seen)} if sizes else {}


def _after(call: Call, before: list[Fields | None]) -> Fields | None:
    """What the units behind a call see, from what its inputs see."""
    looks = looks_at(call.layer, call)
    fields = _merge(before)
    if looks is UNKNOWN or fields is None:
        return None
    sizes = spatial(call.output_shape, call.layer)
    if looks is PLACE:
        return fields
    if looks is RESHAPED and not sizes:
        return {key: tuple(map(_vector, field)) for key, field in fields.items()}
    if looks is RESHAPED and any(EVERYTHING not in axis.spans for f in fields.values() for axis in f):
        return None  # only where all units see the same, it does not matter which went where
    windows = looks if isinstance(looks, tuple) else (None,) * 3
    return {
        key: tuple(
            _through(axis, window, places) if window else _whole(axis, places)
            for axis, window, places in zip(field, windows, sizes or (1,) * len(field), strict=False)
        )
        for key, field in fields.items()
    }


def _merge(branches: list[Fields | None]) -> Fields | None:
    """The union of what several inputs see; None if one is not known or if they step at different jumps."""
    merged: Fields = {}
    for fields in branches:
        if fields is None:
            return None
        for key, field in fields.items():
            pairs = zip(merged.get(key, field), field, strict=True)
            axes = [one if one is two else _union(one, two) for one, two in pairs]
            if None in axes:
                return None
            merged[key] = tuple(axes)  # type: ignore[arg-type]
    return merged


def _union(one: Axis, two: Axis) -> Axis | None:
    seen = None if one.seen is None or two.seen is None else _both(one.seen, two.seen)
    if not one.step and not two.step:  # vectors: the larger field
        return Axis(max(one.spans, two.spans, key=lambda spans: _length(spans[0])), 0, seen)
    if one.jump and two.jump and one.jump != two.jump:
        return None
    period = lcm(len(one.spans), len(two.spans))
    step = (one.jump or two.jump or 0) * period
    return Axis(tuple(_hull([one.span(i), two.span(i)]) for i in range(period)), int(step), seen)


def _both(one: tuple[Span, ...], two: tuple[Span, ...]) -> tuple[Span, ...]:
    """Unit by unit; a single place is seen from everywhere; vectors of different length become one place."""
    if len(one) != len(two) and 1 not in (len(one), len(two)):
        one, two = (_hull(one),), (_hull(two),)
    count = max(len(one), len(two))
    return tuple(_hull([one[i % len(one)], two[i % len(two)]]) for i in range(count))


def _whole(axis: Axis, places: int | None) -> Axis:
    """Each of so many units sees everything that any unit sees; a single one has no place."""
    seen = None if axis.seen is None or places is None else (_hull(axis.seen),) * places
    return Axis((EVERYTHING,) * len(axis.spans), 0 if places == 1 else axis.step, seen)


def _vector(axis: Axis) -> Axis:
    """Units keep their fields and lose their places."""
    return Axis((max(axis.spans, key=_length),), 0, axis.seen)


def _through(axis: Axis, window: Window, places: int | None) -> Axis:
    """What the units of a layer see whose windows lie on a map whose units see `axis`."""
    if window.transposed:
        period, step = len(axis.spans) * window.stride, axis.step
    else:
        period = len(axis.spans) // gcd(len(axis.spans), window.stride)
        step = axis.step * window.stride * period // len(axis.spans)
    spans = tuple(_hull(axis.span(place) for place in window.places(unit)) for unit in range(period))
    seen = axis.seen
    if seen is not None:
        inside = range(len(seen))
        windows = (window.places(unit) for unit in range(places or 0))
        seen = tuple(_hull(seen[place] for place in looked_at if place in inside) for looked_at in windows)
    return Axis(spans, step, seen)


def _hull(spans: Iterable[Span]) -> Span:
    """The smallest span around all of them."""
    firsts, lasts = zip(NOTHING, *spans, strict=True)
    return min(firsts), max(lasts)


def _length(span: Span) -> float:
    return span[1] - span[0]


def columns(fields: Fields | None, *, places: bool) -> dict[str, Any]:
    """receptive_field, jump and centre for a table: a number per axis, or None where it is not known.

    Jump and centre are those of maps only (`places`). Where several inputs are seen alike the numbers are
    there once, otherwise one list per input.
    """
    return {
        "receptive_field": _column(fields, lambda axis: axis.size),
        "jump": _column(fields if places else None, lambda axis: axis.jump),
        "centre": _column(fields if places else None, lambda axis: axis.centre),
    }


def _column(fields: Fields | None, figure: Callable[[Axis], int | Fraction | None]) -> list[Any] | None:
    values = [[_number(figure(axis)) for axis in field] for field in (fields or {}).values()]
    if not values or any(None in value for value in values):
        return None
    distinct = [value for i, value in enumerate(values) if value not in values[:i]]
    return distinct[0] if len(distinct) == 1 else distinct


def _number(value: int | Fraction | None) -> int | float | None:
    """Whole numbers as such, for a table that writes 2 and not 2.0."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)
