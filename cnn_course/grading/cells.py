"""The cells of a notebook as data, and Python without what only Jupyter understands. Nothing is run here."""

import ast
import json
import re
import warnings
from typing import Any

LARGEST = 1_000_000  # bytes of what is handed in, without outputs
KEEPS_NAMES = re.compile(r"\s*%%(time|capture)\b")  # magics under which a cell defines its names as usual
MAGIC = re.compile(  # %matplotlib inline, !pip install, ?np.sum, np.sum?, files = !ls
    r"^([ \t]*)(?:%{1,2}[A-Za-z]|!(?!=)|\?|[\w.]+\?{1,2}[ \t]*$|\w[\w, ]*=[ \t]*(?:%[A-Za-z]|!)).*$",
    re.MULTILINE,
)


def notebook_of(name: str, text: str) -> dict[str, Any]:
    """A notebook from its JSON; ValueError if it is none."""
    try:
        notebook = json.loads(text)
        cells = [
            {
                **cell,
                "cell_type": str(cell["cell_type"]),
                "source": "".join(cell["source"]),
                "metadata": dict(cell["metadata"]),
            }
            for cell in notebook["cells"]
        ]
        return {**notebook, "cells": cells, "metadata": dict(notebook.get("metadata", {}))}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError(
            f"{name} is no notebook of format 4: it was damaged, or cut off while saving"
        ) from None


def notebook_cells(name: str, text: str) -> list[dict[str, Any]]:
    """The cells of a notebook's JSON; ValueError if it is no notebook."""
    return list(notebook_of(name, text)["cells"])


def is_python(source: str) -> bool:
    """Whether what a code cell defines is there afterwards: not under %%bash, nor under %%timeit."""
    return not source.lstrip().startswith("%%") or KEEPS_NAMES.match(source) is not None


def without_magics(source: str) -> str:
    """The cell as Python, line by line; what is Python already stays as it is, such as text with % in it."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of "\d", once the cell is run
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return MAGIC.sub(r"\1pass", source)
    return source
