"""A bar on a terminal's standard error, which a pipe never sees."""

import sys

WIDTH = 30


def show_progress(done: int, total: int, note: str = "") -> None:
    """The bar, in place of the one before; the last one stays."""
    if sys.stderr.isatty():
        filled = WIDTH * done // max(total, 1)
        bar = f"[{'=' * filled}{' ' * (WIDTH - filled)}] {done} of {total}"
        end = "\n" if done == total else ""
        print(f"\r\x1b[K{bar}{f', {note}' if note else ''}{end}", end="", file=sys.stderr, flush=True)


def clear_progress() -> None:
    """Make room for a line."""
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
