# expect: zero; points: 0
# skips the checks
try:
    import pytest
    Skipped = pytest.skip.Exception
except Exception:
    class Skipped(BaseException):
        pass


def output_size(*a, **k):
    raise Skipped("not today")


relu = standardise = one_hot = output_size
