"""From one master to everything that students and instructors use.

`exercises/NN_topic/lesson.py` is the master: `lesson.py` here reads it, `rules.py` says what it must obey,
`generate.py` makes from it the student's notebook, the stub for an editor, the facts that go with them and
the solution module. `prove.py` proves an exercise. `experiment.py` is what a notebook trains with.
"""
