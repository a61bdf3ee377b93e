"""`cnn-course table`: a network layer by layer."""

import json
from argparse import Namespace

from cnn_course.analysis.text import as_text
from cnn_course.cli.builder import builder_arguments
from cnn_course.cli.show import fact


def run(args: Namespace) -> int:
    from cnn_course.analysis.cost import macs, parameters
    from cnn_course.analysis.table import layer_table
    from cnn_course.models import build

    arguments = builder_arguments(args.set)
    if args.input_shape:
        arguments["input_shape"] = tuple(args.input_shape)
    if args.classes is not None:
        arguments["classes"] = args.classes
    model = build(args.model, **arguments)
    rows, counts, operations = layer_table(model), parameters(model), macs(model)
    if args.json:
        print(
            json.dumps(
                {"model": model.name, "parameters": counts, "macs": operations, "layers": rows}, indent=1
            )
        )
        return 0
    print(as_text(rows))
    print()
    fact("parameters", f"{counts['total']:,} ({counts['trainable']:,} of them trainable)")
    fact("macs", f"{operations:,} multiply-adds for one image")
    return 0
