"""The ImageNet challenge year by year, as the decks chart it (decks 001 L275, L567-572, L759; 003 L384-425).

Top-5 errors of the classification task, of ensembles of networks as they were entered; depth in layers with
weights, None for the hand-made features of the first years.
"""

from typing import Any

ILSVRC: tuple[dict[str, Any], ...] = (
    {"year": 2010, "entry": "NEC-UIUC", "top5_error": 0.282, "depth": None},
    {"year": 2011, "entry": "XRCE", "top5_error": 0.258, "depth": None},
    {"year": 2012, "entry": "AlexNet", "top5_error": 0.164, "depth": 8},
    {"year": 2013, "entry": "Clarifai", "top5_error": 0.117, "depth": 8},
    {"year": 2014, "entry": "VGG", "top5_error": 0.073, "depth": 19},
    {"year": 2014, "entry": "GoogLeNet", "top5_error": 0.067, "depth": 22},
    {"year": 2015, "entry": "ResNet", "top5_error": 0.0357, "depth": 152},
)
