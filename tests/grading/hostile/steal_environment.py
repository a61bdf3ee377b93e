# expect: zero; points: 0
# prints its environment
import os

def tell(data):
    """What was found must not leave the box, by whatever way."""
    text = repr(data)
    print("LEAK", text[:3000], flush=True)
    raise RuntimeError("LEAK " + text[:3000])


def output_size(*a, **k):
    tell(dict(os.environ))


relu = standardise = one_hot = output_size
