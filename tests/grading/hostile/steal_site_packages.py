# expect: zero; points: 0
# imports the course's solutions from the installed package by path
import glob
import sys


def output_size(*a, **k):
    for folder in sys.path:
        for path in glob.glob(folder + "/cnn_course/**/*.py", recursive=True):
            if "models" in path or "lessons" in path or "test_hidden" in path:
                raise RuntimeError("LEAK " + path)
    return 0


relu = standardise = one_hot = output_size
