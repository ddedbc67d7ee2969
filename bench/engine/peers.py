"""Keras 3 on TensorFlow, as its tutorials show it: the same networks, `model.fit` on arrays in memory, graph mode."""

import sys
import time

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from serve import serve

# As our engine has it.
EVALUATION_BATCH = 128


def mnist_cnn(image, classes, dropout_rate):
    """Source: Keras code examples, F. Chollet, "Simple MNIST convnet", on logits."""
    node = layers.Conv2D(32, 3, activation="relu")(image)
    node = layers.MaxPooling2D(2)(node)
    node = layers.Conv2D(64, 3, activation="relu")(node)
    node = layers.MaxPooling2D(2)(node)
    node = layers.Dropout(dropout_rate)(layers.Flatten()(node))
    return layers.Dense(classes)(node)


def conv_norm(node, filters, kernel_size, strides):
    node = layers.Conv2D(filters, kernel_size, strides, padding="same", use_bias=False, kernel_initializer="he_normal")(node)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(node)


def resnet20(image, classes, dropout_rate):
    """Source: K. He et al., CVPR 2016, section 4.2, with projection shortcuts where the shape changes."""
    node = layers.ReLU()(conv_norm(image, 16, 3, 1))
    for stage, filters in enumerate([16, 32, 64]):
        for i in range(3):
            strides = 2 if stage > 0 and i == 0 else 1
            same = strides == 1 and node.shape[-1] == filters
            shortcut = node if same else conv_norm(node, filters, 1, strides)
            first = layers.ReLU()(conv_norm(node, filters, 3, strides))
            node = layers.ReLU()(layers.Add()([conv_norm(first, filters, 3, 1), shortcut]))
    node = layers.GlobalAveragePooling2D()(node)
    if dropout_rate > 0:
        node = layers.Dropout(dropout_rate)(node)
    return layers.Dense(classes, kernel_initializer="he_normal")(node)


NETWORKS = {"mnist-cnn": mnist_cnn, "resnet20": resnet20}


class Clock(keras.callbacks.Callback):
    """Seconds up to the end of a pass as Keras reports it.

    TensorFlow takes down the input pipeline after that, and often sleeps for seconds while it does (tf.data's tuning thread wakes up
    after 10 ms, then after twice as long each time): a cost of a call, not of an image, and not counted.
    """

    def on_train_end(self, logs=None):
        self.ended = time.perf_counter()

    def on_test_end(self, logs=None):
        self.ended = time.perf_counter()


class KerasTrainer:
    def __init__(self, case):
        random = np.random.default_rng(1)
        shape = (case["examples"], *case["shape"])
        self.images = random.integers(0, 256, shape, dtype=np.uint8).astype(np.float32) / np.float32(255)
        self.labels = random.integers(0, case["classes"], case["examples"], dtype=np.int32)
        self.case = case

    def prepare(self):
        started = time.perf_counter()
        image = keras.Input(self.case["shape"])
        logits = NETWORKS[self.case["model"]](image, self.case["classes"], self.case["dropoutRate"])
        self.model = keras.Model(image, logits)
        self.model.compile(optimizer=keras.optimizers.Adam(), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        built = time.perf_counter() - started
        seconds = built + self.fit(self.case["batchSize"])
        versions = {"keras": keras.__version__, "tensorflow-cpu": tf.__version__, "python": ".".join(map(str, sys.version_info[:3]))}
        return {"firstStepSeconds": seconds, "parameters": self.model.count_params(), "versions": versions}

    def fit(self, examples):
        clock, started = Clock(), time.perf_counter()
        self.model.fit(self.images[:examples], self.labels[:examples], batch_size=self.case["batchSize"], epochs=1, verbose=0, callbacks=[clock])
        return clock.ended - started

    def train(self):
        return self.fit(len(self.images))

    def evaluate(self):
        clock, started = Clock(), time.perf_counter()
        self.model.evaluate(self.images, self.labels, batch_size=EVALUATION_BATCH, verbose=0, callbacks=[clock])
        return clock.ended - started


if __name__ == "__main__":
    serve(KerasTrainer)
