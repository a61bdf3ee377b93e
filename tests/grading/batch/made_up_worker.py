"""A worker that judges nothing: the first line of a submission says what it shall do or say.

# passed failed passed      what the three checks of that submission say, for a point each
# timeout passed            a limit, and then a check
"""

import json
import os
import sys
import time
from pathlib import Path

LIMITS = ("timeout", "memory", "crash")


def result(job, words):
    statuses = [word for word in words if word in ("passed", "failed")]
    limit = next((word for word in words if word in LIMITS), "")
    outcomes = [
        {"task": "double", "check": f"check {number}", "status": status, "points": 1.0, "message": "",
         "hint": "", "hidden": False, "printed": "", "observed": False}
        for number, status in enumerate(statuses)
    ]  # fmt: skip
    return {
        "outcomes": outcomes, "problems": [], "limit": limit, "limit_says": "", "isolation": job.get("level"),
        "seconds": 0.1, "log": "",
    }  # fmt: skip


print(json.dumps({"ready": True}), flush=True)
for number, line in enumerate(sys.stdin, start=1):
    job = json.loads(line)
    words = job["source"].partition("\n")[0].removeprefix("#").split()
    if "die" in words:
        print("MemoryError: there is none left", file=sys.stderr, flush=True)
        os._exit(3)
    if "hang" in words:
        time.sleep(20)
    if "slow" in words:
        time.sleep(0.3)
    if "rubbish" in words:
        print("no JSON", flush=True)
    elif "broken" in words:
        print(json.dumps({"error": "test_public.py could not be read: SyntaxError"}), flush=True)
    else:
        about = {"pid": os.getpid(), "number": number, "folder": str(Path.cwd()), "path": sys.path}
        log = "x" * 10**6 if "large" in words else ""
        print(json.dumps(result(job, words) | about | {"log": log}), flush=True)
