"""Golden files of keras.layers.LSTM, GRU, SimpleRNN and Bidirectional, in float64.

Keras runs on PyTorch here, which also differentiates, and steps as in golden.py.
"""

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from keras.src.backend.common import dtypes

import golden

BATCH, STEPS, INPUT, HIDDEN = 3, 4, 3, 4
GAPS = np.array([[1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 0, 1]], float)  # (T, B), a gap in row 0
ENDS = golden.mask([2, 4, 1], STEPS)


def main():
    keras.config.set_floatx("float64")
    # Keras multiplies matrices of float64 in float32, to be like JAX; here it is not to.
    dtypes.BIT64_TO_BIT32_DTYPE["float64"] = "float64"
    torch.set_num_threads(1)
    layers = keras.layers
    golden_of("keras_lstm", layers.LSTM)
    golden_of("keras_lstm_mask", layers.LSTM, mask=GAPS)
    golden_of("keras_lstm_bidirectional", layers.LSTM, mask=ENDS, bidirectional=True)
    golden_of("keras_gru", layers.GRU)
    golden_of("keras_gru_mask", layers.GRU, mask=GAPS)
    golden_of("keras_gru_reset_before", layers.GRU, mask=GAPS, reset_after=False)
    golden_of("keras_rnn", layers.SimpleRNN, mask=GAPS)


def golden_of(name, kind, mask=None, bidirectional=False, **options):
    numbers = golden.Numbers(name.encode())
    layer = kind(HIDDEN, return_sequences=True, return_state=True, **options)
    if bidirectional:
        layer = keras.layers.Bidirectional(layer)
    layer.build((BATCH, STEPS, INPUT))
    layer.set_weights([numbers.of(*w.shape) for w in layer.get_weights()])
    weights = named(layer)

    of = lambda *shape: torch.tensor(numbers.of(*shape))
    directions = 1 + bidirectional
    per_direction = 2 if kind is keras.layers.LSTM else 1
    x = of(STEPS, BATCH, INPUT).requires_grad_()
    state = {k: of(directions, BATCH, HIDDEN).requires_grad_() for k in "hc"[:per_direction]}
    target = {k: of(directions, BATCH, HIDDEN) for k in "hc"[:per_direction]}
    target["y"] = of(STEPS, BATCH, directions * HIDDEN)
    weighing = torch.tensor(np.ones((STEPS, BATCH)) if mask is None else mask)

    def run():
        start = [s[d] for d in range(directions) for s in state.values()]
        seen = None if mask is None else torch.tensor(mask.T.copy()).bool()
        y, *end = layer(x.transpose(0, 1), initial_state=start, mask=seen)
        h = torch.stack(end[0::per_direction])
        c = torch.stack(end[1::per_direction]) if per_direction == 2 else None
        return y.transpose(0, 1), h, c

    y, h, c = run()
    golden.loss(y, h, c, weighing, target).backward()
    tensors = {"output.y": y, "output.h": h, "output.c": c, "input.mask": weighing, "input.x": x, "grad.input.x": x.grad.clone()}
    tensors |= {f"input.{k}": v for k, v in state.items()}
    tensors |= {f"grad.input.{k}": v.grad.clone() for k, v in state.items()}
    tensors |= {f"target.{k}": v for k, v in target.items()}
    tensors |= {f"weight.{k}": w.detach().clone() for k, w in weights.items()}
    tensors |= {f"grad.{k}": w.grad.clone() for k, w in weights.items()}
    tensors["losses"] = torch.tensor(adam(weights, lambda: golden.loss(*run(), weighing, target)), dtype=torch.float64)
    tensors = {k: v.detach().numpy() for k, v in tensors.items() if v is not None}
    golden.write(name, tensors, framework=f"keras {keras.__version__}", cell=kind.__name__, bidirectional=bidirectional, **options)


def named(layer):
    """The weights by name, those of two directions as forward_layer/NAME and backward_layer/NAME."""
    if isinstance(layer, keras.layers.Bidirectional):
        both = ["forward_layer", "backward_layer"]
        return {f"{d}/{k}": w for d in both for k, w in named(getattr(layer, d)).items()}
    return {v.name: v.value for v in layer.trainable_variables}


def adam(weights, loss):
    """The losses before each step. A GRU's second bias is held where it is simply added
    to the first, in the gates z and r, as in make_pytorch.py."""
    solver = torch.optim.Adam(weights.values(), lr=golden.RATE)
    losses = []
    for _ in range(golden.STEPS):
        solver.zero_grad()
        value = loss()
        value.backward()
        losses.append(value.item())
        for name, weight in weights.items():
            if name.endswith("bias") and weight.dim() == 2:
                weight.grad[1, : 2 * HIDDEN] = 0
        solver.step()
    return losses


if __name__ == "__main__":
    main()
