"""Which block of its network a layer belongs to.

Three signs tell, in this order: a network inside the network is a block; so are layers whose names share an
address, `stage2_block1_conv1` and `stage2_block1_bn1`; and so is what lies between two places that all
numbers have to pass, which in networks without such names are the ends of residual and inception blocks.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from keras import layers

from cnn_course.analysis.calls import Call

BLOCK = re.compile(r"(.*(?:stage|block|unit|module|inception|mixed|fire|cell)_?\d+[a-z]?)(?:_|$)")

# Layers that, unnamed, belong to the convolution before them.
FOLLOWERS = (
    layers.Activation, layers.ReLU, layers.LeakyReLU, layers.PReLU, layers.ELU, layers.Softmax,
    layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.SpatialDropout3D,
    layers.AlphaDropout, layers.GaussianDropout, layers.GaussianNoise, layers.ActivityRegularization,
    layers.BatchNormalization,
)  # fmt: skip


def block_names(calls: Sequence[Call]) -> list[str]:
    """For each call the name of its block; neighbours of one name are one block."""
    addresses = _addresses(calls)
    members = Counter(addresses)
    passages = _passages(calls)
    names: list[str] = []
    for index, (call, address) in enumerate(zip(calls, addresses, strict=True)):
        if address and members[address] > 1:
            names.append(address)
        elif isinstance(call.layer, FOLLOWERS) and passages[index - 1] == names[-1]:
            passages[index] = names[-1]
            names.append(names[-1])
        else:
            names.append(passages[index])
    return names


def _addresses(calls: Sequence[Call]) -> list[str | None]:
    """The address of each call; stem_pool_pad belongs to stem_pool, and with it to stem."""
    own = {call.address: _address(call) for call in calls}
    addresses = []
    for call in calls:
        address = own[call.address]
        while address in own and own[address] not in (address, None):
            address = own[address]
        addresses.append(address)
    return addresses


def _address(call: Call) -> str | None:
    """The part of its name that a layer may share with others; None if Keras chose the name."""
    outer, slash, _ = call.address.partition("/")
    if slash:
        return outer
    if _is_automatic(outer, call.layer):
        return None
    if found := BLOCK.match(outer):
        return found[1]
    address, _, last = outer.rpartition("_")
    return outer if last.isdigit() or not address else address


def _is_automatic(name: str, layer: Any) -> bool:
    """Whether a name is one such as conv2d_7 or batch_normalization."""
    return re.sub(r"_\d+$", "", name).replace("_", "") == type(layer).__name__.lower()


def _passages(calls: Sequence[Call]) -> list[str]:
    """For each call the address of the next call that all numbers have to pass: itself in a chain."""
    last_use = {value: index for index, call in enumerate(calls) for value in call.inputs}
    names: list[str] = []
    needed = 0  # the last call that takes anything from before this one
    for index, call in enumerate(calls):
        if needed <= index:
            names += [call.address] * (index + 1 - len(names))
        needed = max([needed, *(last_use.get(value, index) for value in call.outputs)])
    return names + [calls[-1].address] * (len(calls) - len(names))
