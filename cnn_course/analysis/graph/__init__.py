"""The canonical form of a network's graph: the same for every way of writing the network.

    compare(mine, expected)           same, different, or undecided, with the first difference in words
    first_difference(mine, expected)  that difference alone
    fingerprint(network)              a text that is equal where networks are

Each network is a Keras model, its configuration as plain data, or its JSON. Nothing here imports Keras or
runs anything of the network, so configurations may come from processes that nobody trusts.
"""

from cnn_course.analysis.graph.comparing import (
    STRICT,
    Comparison,
    Difference,
    canonical,
    compare,
    fingerprint,
    first_difference,
)

__all__ = ["STRICT", "Comparison", "Difference", "canonical", "compare", "fingerprint", "first_difference"]
