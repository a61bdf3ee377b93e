"""`cnn-course evaluate`: judge the network of a run."""

import json
from argparse import Namespace

from cnn_course.cli.show import fact
from cnn_course.training.runs import read_record


def run(args: Namespace) -> int:
    read_record(args.run)  # a wrong folder is told at once
    from cnn_course.data import load
    from cnn_course.training.evaluation import evaluate

    elsewhere = {"data_dir": args.data_dir} if args.data_dir else {}
    result = evaluate(args.run, lambda **settings: load(**settings | elsewhere), test=args.test)
    openings = len(read_record(args.run)["test_openings"])
    if args.json:
        print(json.dumps({"run": args.run, **result, "test_openings": openings}, indent=1))
        return 0
    for name in ("accuracy", "top5_accuracy"):
        if name in result:
            fact(
                name.replace("_", " "), f"{result[name]:.2%} of {result['images']:,} {result['split']} images"
            )
    fact("loss", f"{result['loss']:.4f}")
    if args.test:
        fact("seal", f"the test images were opened {_times(openings)} for this run; its record says so")
    return 0


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
