"""PyTorch's side of `lstmtrain bench --peer pytorch`."""

import itertools
import json
import os
import signal
import subprocess
import sys

import protocol

BATCHES = 8  # that the steps take in turn
COMPILE_SECONDS = float(os.environ.get("LSTMTRAIN_COMPILE_SECONDS", 60))  # that torch.compile may take
FUSED = {"lstm": "LSTM", "gru": "GRU", "rnn": "RNN"}  # the cells that are layers of torch.nn


def prepare(spec):
    import torch

    torch.manual_seed(1)
    find = fused_variants if spec["cell"] in FUSED else loop_variants
    variants, notes = find(spec, sorted({1, len(os.sched_getaffinity(0))}))
    return "pytorch", torch.__version__, variants, notes


def fused_variants(spec, threads):
    import torch

    onednn = [True, False] if torch.backends.mkldnn.is_available() else [False]
    adams = ["foreach", "fused"] if spec["mode"] == "train" else [None]
    return [fused_variant(spec, *choice) for choice in itertools.product(threads, onednn, adams)], []


def fused_variant(spec, threads, onednn, adam):
    import torch

    def use():
        torch.set_num_threads(threads)
        torch.backends.mkldnn.set_flags(onednn)

    words = [counted(threads), "oneDNN" if onednn else "no oneDNN"]
    if adam:
        words.append(f"Adam {adam}")
    make = lambda: step(spec, model(spec), adam)
    return {"name": ", ".join(words), "threads": threads, "use": use, "make": make}


def loop_variants(spec, threads):
    """Returns the loop as it is, scripted and, where that is done in time, compiled."""
    variants = [loop_variant(spec, n, way) for n, way in itertools.product(threads, ["eager", "script"])]
    for n in threads:
        if problem := compiling(spec, n):
            return variants, [f"torch.compile with {counted(n)} is left out: {problem}"]
        variants.append(loop_variant(spec, n, "compile"))
    return variants, []


def loop_variant(spec, threads, way):
    import torch

    words = [counted(threads), f"loop {way}"] + ["Adam fused"] * (spec["mode"] == "train")
    return {
        "name": ", ".join(words),
        "threads": threads,
        "use": lambda: torch.set_num_threads(threads),
        "make": lambda: looping(spec, way),
    }


def looping(spec, way):
    """Returns a step that has run often enough for the script to be specialised."""
    import torch

    m = model(spec)
    if way == "script":
        m.recurrent = torch.jit.script(m.recurrent)
    if way == "compile":
        m.recurrent = torch.compile(m.recurrent, dynamic=False)
    ready = step(spec, m, "fused")
    for i in range(4):
        ready(i)
    return ready


def compiling(spec, threads):
    """Returns why the loop does not compile in time, or None. It is tried in a process of its
    own, which can be ended, and whose work the next process finds in a cache on the disk."""
    if COMPILE_SECONDS <= 0:
        return "LSTMTRAIN_COMPILE_SECONDS is 0"
    command = [sys.executable, "-B", __file__, json.dumps(spec), str(threads)]
    trial = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        errors = trial.communicate(timeout=COMPILE_SECONDS)[1]
    except subprocess.TimeoutExpired:
        os.killpg(trial.pid, 9)
        trial.communicate()
        return f"it does not compile in {COMPILE_SECONDS:g} s"
    if trial.returncode:
        return (errors.strip().splitlines() or [f"exit status {trial.returncode}"])[-1]
    return None


def try_compiling(spec, threads):
    signal.alarm(int(COMPILE_SECONDS) + 5)  # the end, also if nobody is left who waits
    loop_variant(spec, threads, "compile")["use"]()
    looping(spec, "compile")


def counted(threads):
    return f"{threads} thread" + "s" * (threads > 1)


def model(spec):
    """Returns a module from inputs and a state to logits and the new state."""
    from torch import nn

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            if spec["V"]:
                self.embedding = nn.Embedding(spec["V"], spec["E"])
            self.recurrent = recurrent(spec)
            self.head = nn.Linear(spec["H"], spec["C"])

        def forward(self, x, state=None):
            if spec["V"]:
                x = self.embedding(x)
            y, state = self.recurrent(x, state)
            y = y.flatten(0, 1) if spec["every"] else y[-1]
            return self.head(y), state

    return Model()


def recurrent(spec):
    from torch import nn

    if spec["cell"] in FUSED:
        return getattr(nn, FUSED[spec["cell"]])(spec["E"], spec["H"], spec["layers"])
    import loops

    return loops.Stack(spec["cell"], spec["E"], spec["H"], spec["layers"], spec["every"])


def batches(spec):
    """Returns random inputs, of shape (T, B) or (T, B, E), and targets."""
    import torch

    T, B, targets = spec["T"], spec["B"], spec["B"] * (spec["T"] if spec["every"] else 1)
    for _ in range(BATCHES):
        x = torch.randint(spec["V"], (T, B)) if spec["V"] else torch.randn(T, B, spec["E"])
        yield x, torch.randint(spec["C"], (targets,))


def step(spec, m, adam):
    return training(spec, m, adam) if spec["mode"] == "train" else forward(spec, m)


def training(spec, m, adam):
    """A step is forward, loss, backward and Adam over all parameters."""
    import torch

    data = list(batches(spec))
    optimizer = torch.optim.Adam(m.parameters(), **{adam: True})
    loss_of = torch.nn.functional.cross_entropy

    def step(i):
        x, target = data[i % BATCHES]
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(m(x)[0], target)
        loss.backward()
        optimizer.step()

    return step


def forward(spec, m):
    """A step is the logits of a batch; with "carry" the state goes on to the next step."""
    import torch

    m, data = m.eval(), list(batches(spec))
    state = None

    def step(i):
        nonlocal state
        with torch.inference_mode():
            _, after = m(data[i % BATCHES][0], state)
        if spec["carry"]:
            state = after

    return step


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(try_compiling(json.loads(sys.argv[1]), int(sys.argv[2])))
    protocol.serve("torch", prepare)
