"""What the scripts share: numbers to start from, the loss, and the file format.

A golden file is a safetensors file. Its metadata hold the configuration, in JSON
under the key golden; its tensors, in float64 unless the framework computes in float32 only, are

    input.x        (T, B, I)   input
    input.mask     (T, B)      1 where a sequence has not ended, 0 where it has
    input.h, .c    (L, B, H)   state to start from; zeros if the file has none
    target.y, .h, .c           what the loss compares with
    weight.NAME                weights, by the framework's name and in its layout
    output.y       (T, B, O)   outputs; what they are where the mask is 0 depends on
                               the framework, and the loss ignores them
    output.h, .c   (L, B, H)   final states
    grad.NAME                  gradient of the loss, by the name of a weight
    grad.input.x, .h, .c       and by that of an input
    losses         (10)        loss before each of ten steps of torch.optim.Adam,
                               rate 0.05

with T steps, B sequences, I inputs, O outputs and L states: of each layer in
turn, and in each layer forward, then backward. The loss is

    Σ mask · (y − target.y)² + Σ (h − target.h)² + Σ (c − target.c)²
"""

import json
import pathlib

import numpy as np
import safetensors.numpy

RATE, STEPS = 0.05, 10
HERE = pathlib.Path(__file__).parent


class Numbers:
    """Random numbers on ±0.9, the same ones in every run for one seed, some bytes."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(list(seed))

    def of(self, *shape):
        return self.rng.uniform(-0.9, 0.9, shape)


def mask(lengths, steps):
    """The mask of sequences of the given lengths, (T, B)."""
    return (np.arange(steps)[:, None] < np.array(lengths)[None, :]).astype(np.float64)


def loss(y, h, c, mask, target):
    """The loss, in whatever library the arguments are of; h or c may be None."""
    total = (mask[:, :, None] * (y - target["y"]) ** 2).sum()
    for name, state in ("h", h), ("c", c):
        if state is not None:
            total = total + ((state - target[name]) ** 2).sum()
    return total


def write(name, tensors, **configuration):
    """Write NAME.safetensors beside the scripts, the same bytes in every run."""
    tensors = {key: np.ascontiguousarray(t) for key, t in tensors.items() if t is not None}
    for key, t in tensors.items():
        assert np.isfinite(t).all(), (name, key)
    path = HERE / f"{name}.safetensors"
    safetensors.numpy.save_file(tensors, path, {"golden": json.dumps(configuration)})
    print(f"{path.name:40} {path.stat().st_size:6} bytes")
