# expect: timeout; points: 0
# sleeps while it is loaded
import time

time.sleep(10_000)
