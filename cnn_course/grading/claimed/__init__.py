"""Networks that an untrusted process, or a file of a student's, claims to be: checked, and run by ourselves.

`network.py` makes a claim a `Network` whose sizes follow from its layers by our own formulas. What it answers
to an image comes from `evaluator.py`, a process that holds Keras and builds the network again from our own
constructors (`rebuild.py`) of the layers in `allowed.py`. No Keras deserialiser sees anything of a claim.
`trained.py` is the file in which a trained network is handed in.
"""
