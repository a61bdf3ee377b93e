# expect: full; points: 8
# a policy for the whole program, activations as functions
import keras
from keras import layers

keras.mixed_precision.set_global_policy("mixed_float16")


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(filters, 3, activation=keras.activations.relu)(image)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    return keras.Model(image, layers.Dense(int(classes), activation=keras.ops.softmax)(x))


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return layers.Activation("relu")(layers.BatchNormalization()(x))
