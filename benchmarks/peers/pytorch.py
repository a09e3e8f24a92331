"""PyTorch's side of `lstmtrain bench --peer pytorch`."""

import itertools
import os

import protocol

BATCHES = 8  # that the steps take in turn


def prepare(spec):
    import torch

    torch.manual_seed(1)
    threads = sorted({1, len(os.sched_getaffinity(0))})
    onednn = [True, False] if torch.backends.mkldnn.is_available() else [False]
    adams = ["foreach", "fused"] if spec["mode"] == "train" else [None]
    variants = [variant(spec, *choice) for choice in itertools.product(threads, onednn, adams)]
    return "pytorch", torch.__version__, variants


def variant(spec, threads, onednn, adam):
    import torch

    def use():
        torch.set_num_threads(threads)
        torch.backends.mkldnn.set_flags(onednn)

    words = [f"{threads} thread" + "s" * (threads > 1), "oneDNN" if onednn else "no oneDNN"]
    if adam:
        words.append(f"Adam {adam}")
    make = lambda: training(spec, adam) if adam else forward(spec)
    return {"name": ", ".join(words), "threads": threads, "use": use, "make": make}


def model(spec):
    """Returns a module from inputs and a state to logits and the new state."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            if spec["V"]:
                self.embedding = nn.Embedding(spec["V"], spec["E"])
            self.lstm = nn.LSTM(spec["E"], spec["H"], spec["layers"])
            self.head = nn.Linear(spec["H"], spec["C"])

        def forward(self, x, state=None):
            if spec["V"]:
                x = self.embedding(x)
            y, state = self.lstm(x, state)
            y = y.flatten(0, 1) if spec["every"] else y[-1]
            return self.head(y), state

    return Model()


def batches(spec):
    """Returns random inputs, of shape (T, B) or (T, B, E), and targets."""
    import torch

    T, B, targets = spec["T"], spec["B"], spec["B"] * (spec["T"] if spec["every"] else 1)
    for _ in range(BATCHES):
        x = torch.randint(spec["V"], (T, B)) if spec["V"] else torch.randn(T, B, spec["E"])
        yield x, torch.randint(spec["C"], (targets,))


def training(spec, adam):
    """A step is forward, loss, backward and Adam over all parameters."""
    import torch

    m, data = model(spec), list(batches(spec))
    optimizer = torch.optim.Adam(m.parameters(), **{adam: True})
    loss_of = torch.nn.functional.cross_entropy

    def step(i):
        x, target = data[i % BATCHES]
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(m(x)[0], target)
        loss.backward()
        optimizer.step()

    return step


def forward(spec):
    """A step is the logits of a batch; with "carry" the state goes on to the next step."""
    import torch

    m, data = model(spec).eval(), list(batches(spec))
    state = None

    def step(i):
        nonlocal state
        with torch.inference_mode():
            _, after = m(data[i % BATCHES][0], state)
        if spec["carry"]:
            state = after

    return step


if __name__ == "__main__":
    protocol.serve("torch", prepare)
