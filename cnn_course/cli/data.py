"""`cnn-course data fetch|verify|where`: the CIFAR files on this machine."""

from argparse import Namespace
from typing import Any

from cnn_course.cli.show import fact, show

NAMES = ("cifar10", "cifar100")


def run(args: Namespace) -> int:
    names = (args.name,) if args.name else NAMES
    return {"fetch": _fetch, "verify": _verify, "where": _where}[args.action](args, names)


def _fetch(args: Namespace, names: tuple[str, ...]) -> int:
    from cnn_course.data.fetch import fetch

    for name in names:
        fact(name, f"{fetch(name)} (checksum matches)")
    return 0


def _where(args: Namespace, names: tuple[str, ...]) -> int:
    from cnn_course.data.checks import places

    found = [(name, place) for name in names for place in places(name, args.data_dir)]
    rows = [
        {"data": name, "place": str(p.path), "why": p.kind, "state": p.state, "MB": p.bytes / 1e6, "ok": p.ok}
        for name, p in found
    ]
    show(rows, as_json=args.json)
    return 0 if all(any(p.ok for n, p in found if n == name) for name in names) else 1


def _verify(args: Namespace, names: tuple[str, ...]) -> int:
    from cnn_course.data.checks import DIFFERS, MISSING, verify

    rows: list[dict[str, Any]] = []
    for name in names:
        rows += [
            {"data": name, **check._asdict(), "file": str(check.file)}
            for check in verify(name, args.data_dir)
        ]
    show(rows, as_json=args.json, columns=("data", "file", "actual", "verdict"))
    return 1 if any(row["verdict"] in (DIFFERS, MISSING) for row in rows) else 0
