"""A class: from what was handed in to a row for every student.

`intake.py` makes of whatever lies in a folder or an archive one text for each student, or a reason in one
line; `job.py` has it judged in a process of its own, `worker.py`; `journal.py` keeps what came of it;
`verdict.py` says what that means; `grade.py` runs it all. None of these runs or imports what a student wrote.
"""
