# expect: partial; points: 1
# finite weights from which numbers follow that are none
import keras
import numpy as np
from keras import layers


def block(x, filters):
    norm = layers.BatchNormalization()
    x = norm(layers.Conv2D(filters, 3, padding="same", use_bias=False)(x))
    norm.moving_variance.assign(np.full(filters, -1.0))
    return x
