# expect: crash|timeout; points: 0
# a daemon keeps every pipe open and the parent leaves
import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(10_000)
os._exit(0)
