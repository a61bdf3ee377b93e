"""How a box is shut in: a program that may be hostile, and all that it starts, behind walls of the system.

    limits.py       what a box may take
    levels.py       which walls work on this machine: `choose()` tries a box of each kind
    process.py      `start(level, command, code, limits)` -> `Box`: channel, log, memory, end
    bubblewrap.py   level "bwrap", and "bwrap+cgroup" where cgroups.py can make a group
    plain.py        levels "landlock" and "none": a process with a keeper (keeper.py)
    container.py    levels "docker" and "podman"
    view.py         what a box sees of this machine's files
    confine.py      inside: what the program gives up before anything else (landlock.py, seccomp.py)

Standard library alone. A box is ended by whoever started it, or dies with them.
"""
