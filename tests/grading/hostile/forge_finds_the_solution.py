# expect: zero|timeout; points: 0
# imports or opens the solution wherever it may be
import glob
import importlib
import sys

for name in ("solution", "test_hidden", "test_public", "mistakes", "exercises.solution"):
    try:
        globals().update(vars(importlib.import_module(name)))
    except Exception:
        pass
for pattern in ("/**/solution.py", "/**/test_hidden.py", "/proc/*/cwd/**/solution.py", "/proc/*/root/**/solution.py"):
    for index, path in enumerate(glob.iglob(pattern, recursive=True)):
        if index > 50:
            break
        try:
            if "site-packages" not in path and "lib/python" not in path:
                exec(open(path).read(), globals())
        except Exception:
            pass
