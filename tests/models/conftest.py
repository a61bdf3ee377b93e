"""Fixtures for tests of networks."""

import keras
import pytest


@pytest.fixture
def weights_of_zero(monkeypatch):
    """Random numbers for 140 million weights would take five seconds; for tests that need no such start."""

    def zeros(self, shape, dtype=None, **_):
        return keras.ops.zeros(shape, dtype or "float32")

    monkeypatch.setattr(keras.initializers.VarianceScaling, "__call__", zeros)
