"""From a model's configuration, as Keras writes it, to the graph.

The configuration is plain data: `model.get_config()`, or `json.loads(model.to_json())`. It may come from a
process that is not trusted: nothing of it is executed, and what is no network earns a ValueError.
"""

import json
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from cnn_course.analysis.graph.described import Layer
from cnn_course.analysis.graph.histories import Place, argument, histories, sources, tensor_made, tensors_in
from cnn_course.analysis.graph.nodes import Graph, Node, Tensor, facts, squeezed
from cnn_course.analysis.graph.translating import translate
from cnn_course.analysis.graph.values import LONGEST, is_keras, listing, mapping, refuse, shape, shown, text

MOST_CALLS = 20_000
DEEPEST_NESTING = 20
LONGEST_JSON = 20_000_000

Config = Mapping[str, Any]
Size = Sequence[int | None] | None
Take = Callable[[Size, str], Tensor]
Apply = Callable[[Layer, Sequence[Tensor], int], list[Tensor]]


@dataclass
class Reader:
    """What becomes of a network while it is read, and how many calls of layers were seen.

    `take(batch_shape, dtype)` makes a tensor of an input, `apply(layer, tensors, outputs)` the tensors of a
    call: nodes of the canonical graph, shapes, or what else knows itself by a number.
    """

    take: Take
    apply: Apply
    calls: int = 0

    def count(self) -> int:
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise refuse(f"it calls more than {MOST_CALLS} layers")
        return self.calls


def read(network: Any, input_shape: Sequence[int | None] | None = None) -> Graph:
    """The graph of a network; `input_shape`, without the batch, is for one that was never built.

    `network` is a Keras model, its configuration or its JSON. Raises ValueError for anything else.
    """
    graph = Graph()
    graph.outputs = tuple(
        walk(configuration(network), partial(_input, graph), partial(translate, graph), input_shape)
    )
    return graph


def walk(config: Config, take: Take, apply: Apply, input_shape: Size = None) -> list[Tensor]:
    """The outputs of a network, made by `take` and `apply` (see `Reader`) in an order in which it can run."""
    reader = Reader(take, apply)
    try:
        inputs = [take(size, dtype) for size, dtype in _inputs(config, input_shape)]
        return _apply(reader, config, inputs, address="", training=None, depth=0)
    except (RecursionError, OverflowError) as problem:
        raise refuse("it is nested too deeply, or its numbers are too large") from problem


def configuration(network: Any) -> Config:
    """A model's own configuration, whether the model, its JSON or its configuration came."""
    if isinstance(network, str):
        network = _parsed(network)
    elif callable(getattr(network, "get_config", None)):
        network = _asked(network)
    config = mapping(network, "the configuration")
    if "layers" not in config and isinstance(config.get("config"), Mapping):
        config = mapping(config["config"], "the configuration")
    if "layers" not in config:
        raise refuse(
            "its configuration lists no layers; only Sequential and functional models have readable graphs"
        )
    return config


def _parsed(network: str) -> Any:
    if len(network) > LONGEST_JSON:
        raise refuse(f"its JSON has {len(network):,} characters; at most {LONGEST_JSON:,} are read")
    try:
        return json.loads(network)
    except (ValueError, RecursionError):
        raise refuse("it is text, but not JSON") from None


def _asked(model: Any) -> Any:
    try:
        return model.get_config()
    except NotImplementedError:
        raise refuse(
            f"{type(model).__name__} does not say what it is made of; build it as Sequential or functional"
        ) from None


def _input(graph: Graph, size: Size, _: str) -> Tensor:
    index = len(graph.nodes)
    graph.inputs += 1
    known = None if size is None else tuple(size)[1:]
    node_shape = squeezed(known[0], known[1], known[2]) if known is not None and len(known) == 3 else known
    node = Node("input", facts=facts(index=index, shape=node_shape), shape=node_shape)
    return Tensor(graph.add(node), flat=known is not None and len(known) == 1)


def _inputs(config: Config, given: Size) -> list[tuple[Size, str]]:
    """Of each input the shape with the batch, and the data type; what one input leaves open is as given."""
    inputs = _written_inputs(config)
    if given is None or len(inputs) != 1:
        return inputs
    given, (written, dtype) = (None, *shape(list(given), "input_shape")), inputs[0]
    own = written if written is not None else (None,) * len(given)
    if len(own) != len(given):
        return inputs
    return [(tuple(size if n is None else n for n, size in zip(own, given, strict=True)), dtype)]


def _written_inputs(config: Config) -> list[tuple[Size, str]]:
    layers = [_layer(entry) for entry in listing(config["layers"], "layers")]
    if "input_layers" in config:
        named = {name: entry for name, _, entry in layers}
        return [_input_layer(named, name) for name, _, _ in histories(config["input_layers"])]
    first = [entry for _, _, entry in layers[:1]]
    inside = [_written_inputs(entry["config"])[0] for entry in first if "layers" in entry["config"]]
    for found in (
        *(entry["config"].get("batch_shape") for entry in first),
        config.get("build_input_shape"),
        *(_build_shape(entry) for entry in first),
    ):
        if found is not None:
            return [(shape(found, "batch_shape"), _dtype(first[0]) if first else "float32")]
    return inside[:1] or [(None, "float32")]


def _build_shape(entry: Config) -> Any:
    build = entry.get("build_config")
    return build.get("input_shape") if isinstance(build, Mapping) else None


def _input_layer(named: Mapping[str, Config], name: str) -> tuple[Size, str]:
    if name not in named:
        raise refuse(f"its input {shown(name)} is none of its layers")
    entry = named[name]
    return shape(entry["config"].get("batch_shape"), f"batch_shape of {shown(name)}"), _dtype(entry)


def _dtype(entry: Config) -> str:
    """The data type of an input layer; other layers have a policy."""
    dtype = entry["config"].get("dtype") if entry.get("class_name") == "InputLayer" else None
    return dtype if isinstance(dtype, str) else "float32"


def _apply(
    reader: Reader,
    config: Config,
    inputs: Sequence[Tensor],
    *,
    address: str,
    training: bool | None,
    depth: int,
) -> list[Tensor]:
    """The outputs of a network, or of a network inside it, for these inputs."""
    if depth > DEEPEST_NESTING:
        raise refuse(f"networks are nested more than {DEEPEST_NESTING} levels deep")
    run = _functional if "input_layers" in config else _sequential
    return run(reader, config, inputs, address, training, depth)


def _sequential(
    reader: Reader, config: Config, inputs: Sequence[Tensor], address: str, training: bool | None, depth: int
) -> list[Tensor]:
    tensors = list(inputs)
    for own, _, kind, entry in members(config, address):
        if kind != "InputLayer":
            tensors = _call(reader, entry, [*tensors], {}, own, training, depth)
    return tensors


def _functional(
    reader: Reader, config: Config, inputs: Sequence[Tensor], address: str, training: bool | None, depth: int
) -> list[Tensor]:
    layers, calls = _calls(config, address)
    made: dict[Place, list[Tensor]] = {}
    names = [name for name, _, _ in histories(config["input_layers"])]
    if len(names) != len(inputs):
        raise refuse(f"a network of {len(names)} inputs is called with {len(inputs)}")
    for name, tensor in zip(names, inputs, strict=True):
        made[name, 0] = [tensor]
    taken = _taken(config, calls)
    for place in _in_order(calls, set(made)):
        (own, entry), call = layers[place[0]], calls[place]
        args = [argument(value, made) for value in listing(call.get("args", []), "args")]
        kwargs = {
            key: argument(value, made) for key, value in mapping(call.get("kwargs", {}), "kwargs").items()
        }
        made[place] = _call(reader, entry, args, kwargs, own, training, depth, taken[place])
    return [tensor_made(made, history) for history in _outputs(config)]


def members(config: Config, address: str = "") -> Iterator[tuple[str, str, str, Config]]:
    """Each layer of a network in its order: the address of its weights, its name, class and entry."""
    in_a_row = "input_layers" not in config
    for position, entry in enumerate(listing(config["layers"], "layers")):
        name, kind, entry = _layer(entry)
        yield f"{address}/{position}:{name}" if in_a_row else f"{address}/{name}", name, kind, entry


def leaves(config: Config, address: str = "", scope: str = "") -> Iterator[tuple[str, str]]:
    """Address and path of each layer that is no network, in the order in which Keras lists their weights.

    A Sequential builds its layers under its own name, a functional network is made of layers that are built.
    """
    scope = f"{scope}{config.get('name')}/" if "input_layers" not in config else ""
    for own, name, _, entry in members(config, address):
        if "layers" in entry["config"]:
            yield from leaves(entry["config"], own, scope)
        else:
            yield own, f"{scope}{name}"


def _calls(config: Config, address: str) -> tuple[dict[str, tuple[str, Config]], dict[Place, Config]]:
    """The layers by name with their addresses, and every call of a layer."""
    layers: dict[str, tuple[str, Config]] = {}
    calls: dict[Place, Config] = {}
    for own, name, _, entry in members(config, address):
        if name in layers:
            raise refuse(f"two layers are called {shown(name)}")
        layers[name] = own, entry
        for number, node in enumerate(listing(entry.get("inbound_nodes", []), "inbound_nodes")):
            if not isinstance(node, Mapping):
                raise refuse("it was written by Keras 2; save it again with Keras 3")
            calls[name, number] = node
    return layers, calls


def leading_nowhere(config: Config) -> str | None:
    """The name of a layer that is called for none of the network's outputs, if there is one."""
    if "input_layers" not in config:
        return None
    _, calls = _calls(config, "")
    waiting = [(name, node) for name, node, _ in _outputs(config)]
    idle = dict(calls)
    while waiting:
        call = idle.pop(waiting.pop(), None)
        if call is not None:
            waiting += [(name, node) for name, node, _ in sources(call)]
    return next((name for name, _ in idle), None)


def _outputs(config: Config) -> list[tuple[str, int, int]]:
    """Where the outputs come from. Here, and only here, Keras counts the calls of a network inside from 1."""
    inside = {name for _, name, _, entry in members(config) if "input_layers" in entry["config"]}
    found = histories(config.get("output_layers"))
    return [(name, max(node - (name in inside), 0), number) for name, node, number in found]


def _taken(config: Config, calls: Mapping[Place, Config]) -> dict[Place, int]:
    """How many outputs of each call the others and the network take."""
    taken = dict.fromkeys(calls, 1)
    wanted = [history for call in calls.values() for history in sources(call)]
    for name, node, number in (*wanted, *_outputs(config)):
        if (name, node) in taken and number < LONGEST:
            taken[name, node] = max(taken[name, node], number + 1)
    return taken


def _in_order(calls: Mapping[Place, Config], given: set[Place]) -> list[Place]:
    """The calls, each after those whose results it takes."""
    waiting: dict[Place, set[Place]] = {}
    feeds: dict[Place, list[Place]] = {}
    for place, call in calls.items():
        if place in given:
            continue
        needs = {(name, node) for name, node, _ in sources(call)} - given
        for source in needs:
            if source not in calls:
                raise refuse(
                    f"layer {shown(place[0])} takes the output of {shown(source[0])}, which is not there"
                )
            feeds.setdefault(source, []).append(place)
        waiting[place] = needs
    ready = deque(place for place, needs in waiting.items() if not needs)
    order = []
    while ready:
        place = ready.popleft()
        order.append(place)
        for fed in feeds.get(place, ()):
            waiting[fed].discard(place)
            if not waiting[fed]:
                ready.append(fed)
    if len(order) < len(waiting):
        raise refuse("its layers feed each other in a circle")
    return order


def _call(
    reader: Reader,
    entry: Config,
    args: list[Any],
    kwargs: dict[str, Any],
    address: str,
    training: bool | None,
    depth: int,
    outputs: int = 1,
) -> list[Tensor]:
    """What one call of a layer, or of a network in its place, returns; somebody takes `outputs` of it."""
    number = reader.count()
    name, kind, _ = _layer(entry)
    config = mapping(entry.get("config"), f"config of {shown(name)}")
    tensors = [tensor for value in (args, kwargs) for tensor in tensors_in(value)]
    # Keras overrules `training=False` in a call whenever it trains, and writes it for every dropout.
    training = True if kwargs.get("training") is True else training
    if isinstance(config.get("layers"), list | tuple):
        return _apply(reader, config, tensors, address=address, training=training, depth=depth + 1)
    known, title = author(entry, kind)
    layer = Layer(
        title, config, name, address, f"{address}@{number}", known, args, kwargs,
        training if kind in ("BatchNormalization", "Dropout", "SpatialDropout2D") or not known else None,
        operation=".ops." in str(entry.get("module")),
    )  # fmt: skip
    return reader.apply(layer, tensors, outputs)


def author(entry: Config, kind: str) -> tuple[bool, str]:
    """Whether a layer is Keras's or this course's, and its class with its package."""
    module, registered = entry.get("module"), entry.get("registered_name")
    if isinstance(registered, str) and registered.startswith("cnn_course>"):
        return True, registered[:200]
    # Keras writes the module of its layers, and of its operations their class too. Without a module it is an
    # old configuration, or somebody's own class, which has a registered name even if nobody registered it.
    by_keras = registered is None if module is None else is_keras(module) and registered in (None, kind)
    if by_keras:
        return kind != "Lambda", kind
    return False, registered[:200] if isinstance(registered, str) else kind


def _layer(entry: Any) -> tuple[str, str, Config]:
    """Name, class name and entry of a layer."""
    entry = mapping(entry, "a layer")
    kind = text(entry.get("class_name"), "class_name")
    config = entry.get("config")
    if not isinstance(config, Mapping):
        raise refuse(f"config of a {shown(kind)} layer is {shown(config)}; it must be a dict")
    name = entry.get("name", config.get("name", kind))
    return text(name, "name of a layer"), kind, entry
