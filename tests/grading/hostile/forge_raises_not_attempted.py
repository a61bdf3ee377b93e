# expect: zero; points: 0
# an error named like the course's own
class NotAttempted(Exception):
    pass


class BadAnswer(Exception):
    pass


def output_size(*a, **k):
    raise BadAnswer('passed')


relu = standardise = one_hot = output_size
