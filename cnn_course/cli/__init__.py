"""The command line `cnn-course`, the only part of the package that prints to a terminal.

A verb is a module with a function `run(args) -> int`, imported when it is called: `--help` must not wait
for a framework. A ValueError of ours means that what was asked for makes no sense (exit status 2); every
other error, that it could not be done (1). Either is one plain line, unless `--debug` asks for the traceback.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from cnn_course.cli.flags import build_parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    args = build_parser().parse_args(argv)
    try:
        status = int(import_module(f"cnn_course.cli.{args.verb}").run(args))
        sys.stdout.flush()  # here, where a closed pipe is expected
        return status
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `cnn-course runs | head` has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as problem:
        if args.debug:
            raise
        print(f"cnn-course {args.verb}: {in_a_line(problem)}", file=sys.stderr)
        return 2 if isinstance(problem, ValueError) and _is_ours(problem) else 1


def in_a_line(problem: Exception) -> str:
    """The message of an error of ours as it is; of anybody else's, its first line and how to see more."""
    text = str(problem).strip() or type(problem).__name__
    if _is_ours(problem):
        return text
    return f"{text.splitlines()[0]} ({type(problem).__name__}; --debug shows where)"


def _is_ours(problem: Exception) -> bool:
    """Whether this package raised it, rather than a library called from here."""
    trace = problem.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_globals.get("__name__", "").startswith("cnn_course")
