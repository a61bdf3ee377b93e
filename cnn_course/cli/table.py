"""`cnn-course table`: a network layer by layer, its shapes, parameters and multiply-adds."""

from argparse import Namespace

from cnn_course.cli.builder import network
from cnn_course.cli.explain import written

SECTIONS = (("layer", "type", "output_shape", "parameters", "biases", "macs"),)


def run(args: Namespace) -> int:
    from cnn_course.analysis.explain import explain

    print(written(explain(network(args)), args.format, SECTIONS))
    return 0
