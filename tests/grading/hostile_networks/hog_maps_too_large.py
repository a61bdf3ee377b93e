# expect: partial; points: 1
# few weights, and maps of terabytes
from keras import layers


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.UpSampling2D(100_000)(layers.BatchNormalization()(x))
    return layers.ReLU()(layers.AveragePooling2D(100_000)(x))
