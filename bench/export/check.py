"""Compares the answers of an exported SavedModel with recorded ones: check.py FOLDER HEIGHT WIDTH CHANNELS."""

import pathlib
import sys

import numpy as np
import tensorflow as tf

TOLERANCE = 1e-5


def main() -> None:
    folder, shape = pathlib.Path(sys.argv[1]), [int(side) for side in sys.argv[2:5]]
    images = np.fromfile(folder / "images.f32", np.float32).reshape(-1, *shape)
    expected = np.fromfile(folder / "logits.f32", np.float32).reshape(len(images), -1)
    serve = tf.saved_model.load(str(folder / "saved_model")).signatures["serving_default"]
    worst = 0.0
    for count in (1, len(images)):
        answers = serve(images=tf.constant(images[:count]))
        worst = max(worst, float(np.abs(answers["logits"].numpy() - expected[:count]).max()))
        worst = max(worst, float(np.abs(answers["probabilities"].numpy() - tf.nn.softmax(expected[:count]).numpy()).max()))
    print(f"{folder.name}: TensorFlow {tf.__version__} agrees within {worst:.1e}")
    if worst > TOLERANCE:
        sys.exit(f"{folder.name}: the largest difference must be at most {TOLERANCE}, got {worst:.1e}")


main()
