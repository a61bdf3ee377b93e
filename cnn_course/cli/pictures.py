"""Where a command is asked to put a picture: refused before the work, not after it."""

from pathlib import Path

SUFFIXES = (".png", ".jpg", ".jpeg", ".pdf", ".svg", ".webp")


def check_picture(path: Path | None) -> None:
    """Raise unless a picture can be written there; None, for no picture, is fine.

    ValueError for a folder and for a suffix that says of no picture, FileNotFoundError for a missing folder.
    """
    if path is None:
        return
    if path.is_dir():
        raise ValueError(f"{path} is a folder; name a file in it, such as {path / 'picture.png'}")
    if path.suffix.lower() not in SUFFIXES:
        raise ValueError(f"{path} is no name of a picture: it must end in one of {', '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path} can't be written: there is no folder {path.parent}")
