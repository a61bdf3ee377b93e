# expect: timeout|crash|memory; points: 0
# forks for ever
import os

while True:
    try:
        os.fork()
    except OSError:
        pass
