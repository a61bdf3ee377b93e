"""A course for students from its masters, in the form that a platform wants; and proof that nothing leaks.

Each target is a module with a function that returns files, {path: content}; `write.py` scans and writes them.

    plain.py         notebooks, stubs, visible checks and a README
    nbgrader.py      a source tree for nbgrader                        for instructors: it holds solutions
    gradescope.py    an autograder zip for each exercise               for instructors: it holds hidden checks
    github.py        a template repository for each exercise, graded by a GitHub Classroom workflow

`scan.py` looks through all of it, `texts.py` into archives and notebooks, for the secrets of
`lessons/leaks.py` and the values of `values.py`.
"""
