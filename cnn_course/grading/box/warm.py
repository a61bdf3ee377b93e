"""What a box imports before its submission comes: frameworks take seconds, which a waiting box has."""

import ast

FRAMEWORKS = ("numpy", "tensorflow", "keras")


def frameworks_of(*sources: str) -> tuple[str, ...]:
    """Those of the slow packages that this code imports at its top."""
    found = {name for source in sources for name in _imported(source)}
    return tuple(name for name in FRAMEWORKS if name in found)


def _imported(source: str) -> set[str]:
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            names |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names
