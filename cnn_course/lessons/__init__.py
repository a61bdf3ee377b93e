"""From one master to everything that students and instructors use.

`exercises/NN_topic/lesson.py` is the master: `lesson.py` here reads it, `rules.py` says what it must obey,
`generate.py` makes from it the student's notebook, the stub for an editor, the facts that go with them and
the solution module. `promises.py` says what an exercise promises, `prove.py` tries all of it. What a student
holds in a notebook is `exercise.py`; what it trains with, `experiment.py`.
"""
