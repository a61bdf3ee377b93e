"""What has to be seen where the student's code runs."""

import warnings


def warnings_of_plan(student, resolution, stem):
    """What `plan_groups` says in warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        student.plan_groups(resolution, stem)
    return [str(warning.message) for warning in caught]
