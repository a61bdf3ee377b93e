# expect: zero|timeout; points: 0
# prints every file that may be a secret
import os

def tell(data):
    """What was found must not leave the box, by whatever way."""
    text = repr(data)
    print("LEAK", text[:3000], flush=True)
    raise RuntimeError("LEAK " + text[:3000])


def output_size(*a, **k):
    found = []
    for folder, folders, files in os.walk("/"):
        folders[:] = [f for f in folders if f not in ("proc", "sys", "usr", "lib", "site-packages", "dist-packages") and not f.startswith("python3")]
        for name in files:
            path = os.path.join(folder, name)
            try:
                if os.path.getsize(path) < 100_000 and name.endswith((".py", ".json", ".db", ".csv", ".md", ".txt", ".toml", ".ipynb")):
                    found.append(open(path, "rb").read())
            except OSError:
                pass
    secrets = [text for text in found if b"CANARY" in text or b"test_other_sizes" in text or b"def test_" in text]
    tell(secrets)


relu = standardise = one_hot = output_size
