"""Any network explained as the decks do it: its table, and what all of it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill
from typing import Any

import keras

from cnn_course.analysis.calls import layer_calls
from cnn_course.analysis.cost import parameters
from cnn_course.analysis.depth import depth
from cnn_course.analysis.table import SUMMED, Row, layer_table
from cnn_course.analysis.text import as_markdown, as_panels, cell
from cnn_course.analysis.windows import image_size

Sections = Sequence[Sequence[str]]

SECTIONS: Sections = (  # what it consists of, costs, sees: the columns of text and Markdown
    ("layer", "slide", "output_shape", "parameters", "formula"),
    ("macs", "with_biases", "memory"),
    ("kernel", "field", "jump", "centre"),
)
MEANINGS = {  # of columns whose name does not say it
    "field": "the pixels that an output sees",
    "jump": "pixels from an output to the next",
    "centre": "the middle of what the first output sees, counted from pixel 0",
}


@dataclass(frozen=True)
class Explanation:
    """A network's rows (see `cnn_course.analysis.table`) and sums; a notebook shows it as a table."""

    model: str
    rows: list[Row]
    totals: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data, ready for JSON."""
        return {"model": self.model, **self.totals, "layers": self.rows}

    def as_text(self, sections: Sections = SECTIONS, *, width: int = 80) -> str:
        """Tables no wider than `width`, and the sums."""
        facts = [f"{name:<12}{text}" for name, text in self.facts()]
        below = [f"\n{fill(legend, width)}" for legend in _legend(sections)]
        return "\n".join([as_panels(_for_readers(self.rows), sections, width=width), *below, "", *facts])

    def as_markdown(self, sections: Sections = SECTIONS) -> str:
        """One table, and the sums as a list."""
        facts = [f"- {name}: {text}" for name, text in self.facts()]
        columns = [column for section in sections for column in section]
        below = [f"\n{legend}" for legend in _legend(sections)]
        return "\n".join([as_markdown(_for_readers(self.rows), columns), *below, "", *facts])

    def facts(self) -> list[tuple[str, str]]:
        """The sums in words, and the notes of the rows."""
        total, counts = self.totals, self.totals["parameters"]
        parts = f"{counts['trainable']:,} of them trainable, {total['biases']:,} biases"
        facts = [("parameters", f"{counts['total']:,} ({parts})")]
        layers = "layer" if total["depth"] == 1 else "layers"
        facts.append(("depth", f"{total['depth']} {layers} with weights on the longest way"))
        if total["activations"] is None:
            facts.append(("sizes", "open; with a fixed input_shape there would be no dashes"))
        else:
            deck004 = f"{total['macs_with_biases']:,} with biases"
            facts.append(("macs", f"{total['macs']:,} for one image, {deck004}"))
            needed = f"{_size(total['bytes'])} for one image, about twice to train"
            facts.append(("memory", f"{total['activations']:,} numbers, {needed}"))
        if total["sees"] is not None:
            facts.append(("field", f"an output sees {cell(total['sees'])} of {cell(total['image'])} pixels"))
        return facts + [("note", f"{row['layer']}: {row['note']}") for row in self.rows if row["note"]]

    def __str__(self) -> str:
        return self.as_text()

    def _repr_markdown_(self) -> str:
        return f"**{self.model}**\n\n{self.as_markdown()}"


def explain(model: keras.Model, *, by: str = "layer") -> Explanation:
    """What a functional or Sequential network consists of, costs and sees: `explain(model)` in a notebook.

    One row per layer, or with `by="block"` one per block. Raises ValueError for a network without a graph.
    """
    rows = layer_table(model, by=by)
    is_open = any(row["activations"] is None for row in rows)
    sums = {column: None if is_open else _sum(rows, column) for column in SUMMED}
    seen = {"sees": _seen_by_a_vector(rows[-1]), "image": list(image_size(layer_calls(model)))}
    counts = {"parameters": parameters(model), "biases": _sum(rows, "biases"), "depth": depth(model)}
    return Explanation(model.name, rows, sums | counts | seen)


def _legend(sections: Sections) -> list[str]:
    """What those of the columns mean whose names do not say it, in one text, if there are any."""
    shown = {column for section in sections for column in section}
    meanings = [f"{column}: {meaning}" for column, meaning in MEANINGS.items() if column in shown]
    return ["; ".join(meanings)] if meanings else []


def _size(count: int) -> str:
    """Bytes in a unit in which a small network's do not round to nothing."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e6 else f"{count / 1e3:,.1f} kB"


def _sum(rows: Sequence[Row], column: str) -> int:
    return sum(row[column] for row in rows if row[column] is not None)


def _seen_by_a_vector(row: Row) -> list[Any] | None:
    """What a class score sees. A place on a map may see less than its receptive field, at the border."""
    return row["receptive_field"] if row["jump"] is None else None


def _for_readers(rows: Sequence[Row]) -> list[Row]:
    """The rows with short names for some columns, and 2 for a jump of 2x2."""
    return [
        row
        | {
            "with_biases": row["macs_with_biases"],
            "memory": row["activations"],
            "field": row["receptive_field"],
        }
        | {column: _once(row[column]) for column in ("jump", "centre")}
        for row in rows
    ]


def _once(values: Any) -> Any:
    """What all axes have in common, if they do."""
    return values[0] if values and all(value == values[0] for value in values) else values
