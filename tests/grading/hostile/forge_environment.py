# expect: zero; points: 0
# sets the variables that switch checks off
import os

os.environ.update(CNN_COURSE_GRADING='off', PYTEST_ADDOPTS='--collect-only', PYTHONOPTIMIZE='2', CNN_COURSE_EXERCISES='/box')

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
