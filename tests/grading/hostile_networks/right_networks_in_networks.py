# expect: full; points: 8
# one network inside another, layers named by hand, one of them frozen, regularisers, and a weight that is shared
import keras
from keras import layers


def stage(filters):
    return keras.Sequential(
        [layers.Conv2D(filters, 3, kernel_regularizer="l2", name="büro 1"), layers.ReLU(), layers.MaxPool2D()],
        name="stage",
    )


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3), name="image")
    maps = stage(filters)(image)
    scores = keras.Sequential([layers.Flatten(), layers.Dense(classes, name="kernel")], name="head")(maps)
    return keras.Model(inputs=image, outputs=layers.Activation("softmax")(scores), name="Netz der Gruppe 7")


def block(x, filters):
    conv = layers.Conv2D(filters, kernel_size=3, padding="SAME".lower(), use_bias=False)
    conv.trainable = False
    x = layers.BatchNormalization(momentum=0.9)(conv(x))
    return keras.ops.maximum(x, 0.0)
