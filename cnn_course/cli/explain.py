"""`cnn-course explain`: what a network consists of, costs and sees, layer by layer."""

import json
import shutil
from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from cnn_course.cli.builder import network
from cnn_course.cli.pictures import check_picture
from cnn_course.cli.show import fact


def run(args: Namespace) -> int:
    check_picture(args.figure)
    from cnn_course.analysis.explain import SECTIONS, explain

    explanation = explain(network(args), by=args.by)
    print(written(explanation, args.format, SECTIONS))
    if args.figure:
        from cnn_course import plots

        plots.architecture(explanation.rows, title=explanation.model).savefig(args.figure)
        if args.format == "text":
            fact("figure", str(args.figure))
    return 0


def written(explanation: Any, form: str, sections: Sequence[Sequence[str]]) -> str:
    """As text for this terminal or as Markdown, of these columns; as CSV or JSON, of all columns."""
    from cnn_course.analysis.text import as_csv

    if form == "json":
        return json.dumps(explanation.as_dict(), indent=1)
    if form == "csv":
        return as_csv(explanation.rows)
    if form == "markdown":
        return explanation.as_markdown(sections)
    return explanation.as_text(sections, width=shutil.get_terminal_size().columns)
