"""`cnn-course savings`: the decks' comparisons of cheap and costly ways to build a layer."""

import json
from argparse import Namespace
from inspect import getdoc

from cnn_course.analysis.savings import SAVINGS
from cnn_course.analysis.text import as_text


def run(args: Namespace) -> int:
    names = (args.name,) if args.name else tuple(SAVINGS)
    if args.json:
        print(json.dumps({name: SAVINGS[name]() for name in names}, indent=1))
        return 0
    parts = [f"{name}: {_says(name)}\n\n{as_text(SAVINGS[name]())}" for name in names]
    print("\n\n".join(parts))
    return 0


def _says(name: str) -> str:
    """The first sentence about a comparison."""
    return (getdoc(SAVINGS[name]) or "").splitlines()[0]
