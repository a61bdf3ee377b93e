# expect: full; points: 8
# Keras by way of TensorFlow, seeds and sessions as in old tutorials, a network that has been trained a little
import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(1)


def build(filters=8, classes=10):
    tf.keras.backend.clear_session()
    model = tf.keras.Sequential(name="my_net")
    model.add(tf.keras.Input((16, 16, 3)))
    model.add(tf.keras.layers.Conv2D(filters, (3, 3), kernel_initializer="he_normal"))
    model.add(tf.keras.layers.ReLU())
    model.add(tf.keras.layers.MaxPool2D())
    model.add(tf.keras.layers.Flatten())
    model.add(tf.keras.layers.Dense(classes))
    model.add(tf.keras.layers.Softmax())
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(np.zeros((4, 16, 16, 3)), np.zeros(4), epochs=1, verbose=2)
    return model


def block(x, filters):
    x = tf.keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return tf.nn.relu(tf.keras.layers.BatchNormalization()(x)) if tf.is_tensor(x) else tf.keras.ops.relu(
        tf.keras.layers.BatchNormalization()(x))
