"""What a design saves: the decks' comparisons of one way to build a layer with another, by formula.

Rows of plain numbers for `cnn_course.analysis.text`; no network is built and no framework imported. The
costly way is the last row; `share` is the part that the others have of its parameters. `bias` says whether
biases count among the parameters; decks 001 and 004 count them, decks 002 and 003 do not. Multiply-adds
never count them.
"""

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]


def conv_parameters(
    kernel_size: int, channels: int, filters: int, *, groups: int = 1, bias: bool = True
) -> int:
    """k * k * C / groups * F, and F biases (decks 002 L141-149, 004 L284-291).

    Raises ValueError unless the groups divide the channels and the filters.
    """
    if channels % groups or filters % groups:
        raise ValueError(f"{groups} groups must divide {channels} channels and {filters} filters")
    return kernel_size**2 * channels // groups * filters + bias * filters


def separable_parameters(kernel_size: int, channels: int, filters: int, *, bias: bool = True) -> int:
    """A k x k kernel per channel, then 1x1 filters, which alone have biases (deck 001 L661-718)."""
    return kernel_size**2 * channels + conv_parameters(1, channels, filters, bias=bias)


def dense_parameters(inputs: int, units: int, *, bias: bool = True) -> int:
    return (inputs + bias) * units


def stacks(
    kernel_sizes: Sequence[Sequence[int]] = ((3, 3, 3), (7,)), *, channels: int = 1, bias: bool = False
) -> list[Row]:
    """Small kernels one after the other, beside one large kernel that sees as much.

    All maps are `channels` deep. Decks 001 (L409-471) and 002 (L1076-1088): 27 weights against 49; with
    biases, five 3x3 and one 11x11 have 50 against 122, at 8 channels 2,920 against 7,752.
    """
    rows = [
        {
            "stack": " + ".join(f"{kernel}x{kernel}" for kernel in kernels),
            "receptive_field": 1 + sum(kernel - 1 for kernel in kernels),
            "nonlinearities": len(kernels),
            "parameters": sum(conv_parameters(kernel, channels, channels, bias=bias) for kernel in kernels),
        }
        for kernels in kernel_sizes
    ]
    return _with_share(rows)


def bottleneck(channels: int = 256, width: int = 64, *, kernel_size: int = 3, bias: bool = True) -> list[Row]:
    """A convolution on few channels between two 1x1 convolutions, beside one on all channels.

    Decks 001 (L376-389): 16,448 + 36,928 + 16,640 = 70,016 against 590,080; 002 (L1224-1233) without biases.
    """
    parts = [(1, channels, width), (kernel_size, width, width), (1, width, channels)]
    counts = [conv_parameters(*part, bias=bias) for part in parts]
    direct = conv_parameters(kernel_size, channels, channels, bias=bias)
    return _with_share([
        {"way": f"1x1 to {width}, {kernel_size}x{kernel_size}, 1x1 to {channels}",
         "sum": " + ".join(f"{count:,}" for count in counts), "parameters": sum(counts)},
        {"way": f"{kernel_size}x{kernel_size} on {channels}", "sum": f"{direct:,}", "parameters": direct},
    ])  # fmt: skip


def separable(
    channels: int = 8, filters: int = 4, *, kernel_size: int = 3, side: int = 32, bias: bool = True
) -> list[Row]:
    """A kernel per channel and then 1x1 filters, beside filters that see all channels.

    Deck 001 (L689-718): 108 against 292 parameters; multiply-adds for a map of `side` x `side` pixels. About
    1/filters + 1/kernel_size^2 of them remain.
    """
    ways = {"separable": separable_parameters, "convolution": conv_parameters}
    return _with_share([
        {"way": way, "parameters": count(kernel_size, channels, filters, bias=bias),
         "macs": side**2 * count(kernel_size, channels, filters, bias=False)}
        for way, count in ways.items()
    ])  # fmt: skip


def grouped(
    groups: Sequence[int] = (64, 4, 1), *, channels: int = 64, filters: int = 64, kernel_size: int = 3,
    bias: bool = True,
) -> list[Row]:  # fmt: skip
    """Filters that see only their group of channels, down to one channel each.

    What deck 002 (L304-332) asks: the weights are divided by the number of groups, the biases are not.
    """
    return _with_share([
        {"groups": number,
         "parameters": conv_parameters(kernel_size, channels, filters, groups=number, bias=bias)}
        for number in groups
    ])  # fmt: skip


def sharing(
    side: int = 32, channels: int = 3, *, kernel_size: int = 5, filters: int = 5, bias: bool = True
) -> list[Row]:
    """The same output volume from shared kernels, from a kernel per position, and from dense units.

    Decks 002 (L163-177, L861-875) and 003 (L99-152): 380 shared weights, 297,920 in 28x28 kernels of their
    own, 12,046,160 if each unit also sees the whole image.
    """
    places = (side - kernel_size + 1) ** 2
    patch = kernel_size**2 * channels
    return _with_share([
        {"way": "convolution", "sees": patch, "shared_by": places,
         "parameters": conv_parameters(kernel_size, channels, filters, bias=bias)},
        {"way": "locally connected", "sees": patch, "shared_by": 1,
         "parameters": dense_parameters(patch, places * filters, bias=bias)},
        {"way": "dense", "sees": side**2 * channels, "shared_by": 1,
         "parameters": dense_parameters(side**2 * channels, places * filters, bias=bias)},
    ])  # fmt: skip


def heads(
    features: tuple[int, int, int] = (7, 7, 512), classes: int = 1000, *,
    hidden: Sequence[int] = (4096, 4096), body: int = 14_714_688, bias: bool = True,
) -> list[Row]:  # fmt: skip
    """The average of each map into one dense layer, beside all numbers of the maps into several.

    `features` is what a body of so many parameters ends with. Decks 003 (L794-814), 004 (L547-595). VGG16:
    15,227,688 against 138,357,544; the course CNN of deck 001, (4, 4, 32) with 100 classes, no hidden layer
    and a body of 19,392: 22,692 against 70,692.
    """
    height, width, channels = features
    widths = [height * width * channels, *hidden, classes]
    flat = sum(
        dense_parameters(before, after, bias=bias) for before, after in zip(widths, widths[1:], strict=False)
    )
    pooled = dense_parameters(channels, classes, bias=bias)
    named = " ".join(f"FC-{units}" for units in widths[1:])
    return _with_share([
        {"head": f"GAP FC-{classes}", "of_the_head": pooled, "parameters": body + pooled},
        {"head": f"FLATTEN {named}", "of_the_head": flat, "parameters": body + flat},
    ])  # fmt: skip


def inception(
    shape: tuple[int, int, int] = (28, 28, 256), *, widths: tuple[int, int, int] = (128, 192, 96),
    reduced: int = 64,
) -> list[Row]:  # fmt: skip
    """An inception module with 1x1 bottlenecks, beside the naive one.

    They stand before 3x3 and 5x5 and behind the pooling; `widths` are the filters of the 1x1, 3x3 and 5x5
    branches. Deck 002 (L1164-1193): 854,196,224 multiply-adds and 672 maps; with bottlenecks of 64 (the
    deck's figure is lost) 271,351,808 and 480 maps.
    """
    height, width, channels = shape
    naive = [(1, channels, widths[0]), (3, channels, widths[1]), (5, channels, widths[2])]
    squeezed = [
        (1, channels, widths[0]), (1, channels, reduced), (3, reduced, widths[1]),
        (1, channels, reduced), (5, reduced, widths[2]), (1, channels, reduced),
    ]  # fmt: skip
    return _with_share([
        _module("with bottlenecks", height * width, squeezed, sum(widths) + reduced),
        _module("naive", height * width, naive, sum(widths) + channels),
    ])  # fmt: skip


def _module(way: str, places: int, convolutions: Sequence[tuple[int, int, int]], maps: int) -> Row:
    weights = sum(conv_parameters(*convolution, bias=False) for convolution in convolutions)
    biases = sum(filters for _, _, filters in convolutions)
    return {"module": way, "maps": maps, "parameters": weights + biases, "macs": places * weights}


def _with_share(rows: list[Row]) -> list[Row]:
    """Each row with its part of the parameters of the last one, which is the costly way."""
    return [row | {"share": row["parameters"] / rows[-1]["parameters"]} for row in rows]


SAVINGS: dict[str, Callable[..., list[Row]]] = {
    "stacks": stacks,
    "bottleneck": bottleneck,
    "separable": separable,
    "grouped": grouped,
    "sharing": sharing,
    "heads": heads,
    "inception": inception,
}
