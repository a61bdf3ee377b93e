# expect: zero; points: 0
# looks for other submissions
import os

def tell(data):
    """What was found must not leave the box, by whatever way."""
    text = repr(data)
    print("LEAK", text[:3000], flush=True)
    raise RuntimeError("LEAK " + text[:3000])


def output_size(*a, **k):
    tell([os.listdir(p) for p in ('/', '/sub', '/box', '/tmp', '/home', '/root') if os.path.isdir(p) and os.access(p, os.R_OK)])


relu = standardise = one_hot = output_size
