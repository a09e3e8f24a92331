"""Golden files of what is seen, and changed, inside two layers of LSTM cells, in float64.

Each has, beside what golden.py says,

    watched.NAME       (T, B, H)   the value of a gate or memory in every step: 0/c is the
                                   memory of the first layer, 1/h the output of the second
    grad.watched.NAME  (T, B, H)   the gradient of the loss with respect to it

and in its configuration the controls: a gate or memory of every step is frozen, scaled or
clamped before anything reads it. Where the mask is 0 a state keeps its value, and gradients
with respect to what is computed there are 0.

Without controls, the steps are torch.nn.LSTMCell's. With them they are the same equations by
hand, which are compared with LSTMCell first.
"""

import torch

import golden

BATCH, STEPS, INPUT, HIDDEN, LAYERS = 3, 5, 2, 3, 2


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    free, compared = golden_of("free", step=module_step), golden_of("free", step=equations)
    for name, value in free.items():
        assert torch.allclose(compared[name], value, rtol=0, atol=1e-13), name
    golden_of("ragged", lengths=[5, 2, 0], step=module_step, save=True)
    golden_of("free", step=module_step, save=True)
    controlled("freeze_0c", {"0/c": {"freeze": 0.3}})
    controlled("freeze_1c", {"1/c": {"freeze": 0}})
    controlled("clamp_1h", {"1/h": {"low": -0.1, "high": 0.15}})
    controlled("clamp_0h", {"0/h": {"low": -0.2, "high": 0.1}})
    controlled("scale_0f", {"0/f": {"scale": 0.5}})
    controlled("several", {"0/f": {"low": 0.4, "high": 0.6}, "0/h": {"scale": 0.8}, "1/c": {"low": -0.4, "high": 0.5}})
    controlled("ragged_freeze_0c", {"0/c": {"freeze": 0.3}}, lengths=[2, 0, 5])


def controlled(name, controls, lengths=None):
    golden_of(name, lengths=lengths, controls=controls, step=equations, save=True)


def golden_of(name, step, lengths=None, controls=None, save=False):
    numbers = golden.Numbers(("watched " + name).encode())
    of = lambda *shape: torch.tensor(numbers.of(*shape))
    cells = [torch.nn.LSTMCell(INPUT if k == 0 else HIDDEN, HIDDEN) for k in range(LAYERS)]
    weights = {}
    for k, cell in enumerate(cells):
        for kind, parameter in cell.named_parameters():
            parameter.data = of(*parameter.shape)
            weights[f"{kind}_l{k}"] = parameter
    inputs = {"x": of(STEPS, BATCH, INPUT), "h": of(LAYERS, BATCH, HIDDEN), "c": of(LAYERS, BATCH, HIDDEN)}
    target = {"y": of(STEPS, BATCH, HIDDEN), "h": of(LAYERS, BATCH, HIDDEN), "c": of(LAYERS, BATCH, HIDDEN)}
    for t in inputs.values():
        t.requires_grad_()
    mask = torch.tensor(golden.mask(lengths or [STEPS] * BATCH, STEPS))

    watch = Watch(controls or {})
    y, h, c = unroll(cells, step, inputs, mask, watch)
    golden.loss(y, h, c, mask, target).backward()
    tensors = {"output.y": y, "output.h": h, "output.c": c, "input.mask": mask}
    tensors |= {f"input.{k}": v for k, v in inputs.items()}
    tensors |= {f"grad.input.{k}": v.grad for k, v in inputs.items()}
    tensors |= {f"target.{k}": v for k, v in target.items()}
    tensors |= {f"weight.{k}": v for k, v in weights.items()}
    tensors |= {f"grad.{k}": v.grad for k, v in weights.items()}
    for k, steps in watch.steps.items():
        tensors[f"watched.{k}"] = torch.stack(steps)
        grads = [torch.zeros_like(v) if v.grad is None else v.grad for v in steps]
        tensors[f"grad.watched.{k}"] = torch.stack(grads)
    tensors = {k: v.detach().clone() for k, v in tensors.items()}
    if save:
        golden.write(f"watched/{name}", {k: v.numpy() for k, v in tensors.items()},
                     framework=f"torch {torch.__version__}", cell="LSTM", controls=controls or {})
    return tensors


class Watch:
    """Keeps what is named in every step, with its gradient, after it is controlled."""

    def __init__(self, controls):
        self.controls, self.steps = controls, {}

    def __call__(self, name, z):
        control = self.controls.get(name, {})
        z = z * control.get("scale", 1)  # a node of its own, too
        if "freeze" in control:
            z = 0 * z + control["freeze"]
        if "low" in control:
            z = torch.clamp(z, control["low"], control["high"])
        z.retain_grad()
        self.steps.setdefault(name, []).append(z)
        return z


def unroll(cells, step, inputs, mask, watch):
    """Outputs of the last layer and the states at the end."""
    h, c = list(inputs["h"]), list(inputs["c"])
    outputs = []
    for t, x in enumerate(inputs["x"]):
        m = mask[t][:, None] > 0
        for k, cell in enumerate(cells):
            new_h, new_c = step(cell, x, h[k], c[k], lambda name, z: watch(f"{k}/{name}", z))
            x = new_h
            h[k], c[k] = torch.where(m, new_h, h[k]), torch.where(m, new_c, c[k])
        outputs.append(h[-1])
    return torch.stack(outputs), torch.stack(h), torch.stack(c)


def module_step(cell, x, h, c, watch):
    """A step of torch.nn.LSTMCell, in which c of the step is read inside for h.

    The gradient of what h reads of c is therefore made up here: h is o * tanh(c), and o is
    h / tanh(c) of the module, so that the value is the module's and the gradient is whole.
    """
    new_h, new_c = cell(x, (h, c))
    new_c = watch("c", new_c)
    gates = torch.nn.functional.linear(x, cell.weight_ih, cell.bias_ih) + torch.nn.functional.linear(h, cell.weight_hh, cell.bias_hh)
    o = torch.sigmoid(gates[:, 3 * HIDDEN:])
    again = o * torch.tanh(new_c)
    assert torch.allclose(again, new_h, rtol=0, atol=1e-14)
    return watch("h", again), new_c


def equations(cell, x, h, c, watch):
    """The same step from its equations."""
    gates = torch.nn.functional.linear(x, cell.weight_ih, cell.bias_ih) + torch.nn.functional.linear(h, cell.weight_hh, cell.bias_hh)
    i, f, g, o = gates.chunk(4, 1)
    i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    i, f, g, o = watch("i", i), watch("f", f), watch("g", g), watch("o", o)
    c = watch("c", f * c + i * g)
    return watch("h", o * torch.tanh(c)), c


if __name__ == "__main__":
    main()
