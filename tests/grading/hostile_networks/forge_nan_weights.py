# expect: partial; points: 1
# nothing that is no number is below 0
import keras
import numpy as np
from keras import layers


def block(x, filters):
    conv = layers.Conv2D(filters, 3, padding="same", use_bias=False)
    x = layers.BatchNormalization()(conv(x))
    conv.set_weights([np.full(conv.kernel.shape, np.nan)])
    return x
