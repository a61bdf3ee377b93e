"""What a submission may take. Read on both sides of the wall, so the standard library alone."""

from dataclasses import dataclass

MiB = 2**20


@dataclass(frozen=True)
class Limits:
    """Seconds of the clock, bytes and tasks (processes and threads) for one box."""

    load_seconds: float = 60.0
    call_seconds: float = 20.0
    total_seconds: float = 300.0
    memory: int = 2048 * MiB  # of all processes of the box together
    tasks: int = 128
    scratch: int = 128 * MiB  # what it can store in files
    file: int = 64 * MiB  # the largest of them
