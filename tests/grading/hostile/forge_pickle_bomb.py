# expect: zero; points: 0
# an object that runs code when it is unpickled
import os


class Bomb:
    def __reduce__(self):
        return os.system, ("echo forged > /tmp/forged",)


output_size = relu = standardise = one_hot = lambda *a, **k: Bomb()
