"""TensorFlow behind each kind of wall: it is the honest work that must not suffer."""

import pytest

from cnn_course.grading.jail.limits import Limits

pytestmark = pytest.mark.slow


def test_keras_builds_trains_and_saves_in_a_box(run):
    one = run(
        """
import numpy as np
import keras
import tensorflow as tf
layers = keras.layers
network = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2)])
network.compile('adam', 'mse')
history = network.fit(np.ones((64, 8, 8, 3)), np.ones((64, 2)), epochs=2, verbose=0).history['loss']
network.save('network.keras')
again = keras.models.load_model('network.keras')
images = tf.data.Dataset.range(64).batch(8).prefetch(2)
say([len(history), list(again.predict(np.ones((4, 8, 8, 3)), verbose=0).shape), len(list(images))])
say(len(os.listdir('/proc/self/task')))
sys.stdin.readline()
""",
        Limits(),
    )
    assert one.hear(120.0) == [2, [4, 2], 8]
    assert one.hear() < Limits().tasks // 4
    assert one.box.memory() < Limits().memory // 2
    assert one.ended() == ""
