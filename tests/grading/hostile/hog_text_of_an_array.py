# expect: zero|crash|timeout; points: 0
# says that statements failed, and gives an array of many axes for a line
import sys

import numpy as np

frame = sys._getframe()
while "read" not in frame.f_locals:
    frame = frame.f_back
frame.f_locals["read"].problems.append(np.zeros((8,) * 8, "u1"))
