"""`cnn-course models`: the catalogue."""

from argparse import Namespace

from cnn_course.cli.show import show


def run(args: Namespace) -> int:
    from cnn_course.models import catalogue

    show(catalogue(), as_json=args.json)
    return 0
