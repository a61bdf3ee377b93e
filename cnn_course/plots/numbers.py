"""Numbers as figures label them."""


def short(number: float) -> str:
    """Three digits and a unit: 896, 9.25 K, 138 M, 15.5 G."""
    units = ("", " K", " M", " G", " T")
    power = 0
    while abs(number) >= 999.5 and power < len(units) - 1:
        number, power = number / 1000, power + 1
    return f"{number:.3g}{units[power]}"
