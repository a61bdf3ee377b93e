"""Both ends of the pipe to a box: the program inside, which runs a submission, and who calls it from outside.

inside.py        the program in the box: loads one submission, answers calls
own_package.py   what a submission may import of this package
staging.py       the folder of code that a box sees
proxy.py         outside: a `Call` of `Submission` that is answered by a box
"""
