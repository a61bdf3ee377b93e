"""What crosses the pipe between a check and the box in which a student's code runs.

`frames.py` carries messages, JSON and raw bytes, up to a deadline. `codec.py` turns values into such messages
and back. The other end may be hostile: nothing is unpickled, nothing is allocated on its word beyond the
`Caps`, and whatever it sends ends in a value, in ValueError or in `Broken`.
"""
