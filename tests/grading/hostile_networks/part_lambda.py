# expect: partial; points: 4
# ReLU as a Lambda, whose code nobody but Keras could run
import keras
from keras import layers


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 3, activation="relu")(image))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(layers.Flatten()(x)))


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return layers.Lambda(lambda y: keras.ops.maximum(y, 0))(layers.BatchNormalization()(x))
