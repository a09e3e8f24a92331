"""Runs the peer's PyTorch models with weights that are given.

Standard input is one JSON list of cases {"spec", "weights", "x", "targets"}: the workload as a
peer is told it, the weights by the names of the package cells, and one batch. Standard output
is a list of {"losses", "count"}: the loss of the model, and of its script where it is a loop,
and the number of its weights.
"""

import json
import sys

import pytorch
import torch

GATES = {"lstm": "ifgo", "gru": "rzn"}  # PyTorch's order


def run(case):
    spec, w = case["spec"], {name: torch.tensor(value) for name, value in case["weights"].items()}
    m = pytorch.model(spec)
    fill = fused if spec["cell"] in pytorch.FUSED else loop
    with torch.no_grad():
        m.embedding.weight.copy_(w["embedding/table"])
        m.head.weight.copy_(w["dense/W"].t())
        m.head.bias.copy_(w["dense/b"][0])
        for k in range(spec["layers"]):
            fill(spec["cell"], m.recurrent, k, lambda name: w[f"{spec['cell']}/{k}/{name}"])
    losses = [loss(spec, m, case)]
    if fill is loop:
        m.recurrent = torch.jit.script(m.recurrent)
        losses += [loss(spec, m, case) for _ in range(3)]  # the second is compiled from the first
    return {"losses": losses, "count": sum(p.numel() for p in m.parameters())}


def loss(spec, m, case):
    x = torch.tensor(case["x"]).view(spec["T"], spec["B"])
    return torch.nn.functional.cross_entropy(m(x)[0], torch.tensor(case["targets"])).item()


def rows(w, gates, part):
    """Returns a weight of some gates as PyTorch has it, the gates one below the other."""
    return torch.cat([w(f"{gate}/{part}".lstrip("/")).t() for gate in gates])


def fused(cell, layer, k, w):
    gates = GATES.get(cell, [""])
    getattr(layer, f"weight_ih_l{k}").copy_(rows(w, gates, "W"))
    getattr(layer, f"weight_hh_l{k}").copy_(rows(w, gates, "U"))
    getattr(layer, f"bias_ih_l{k}").copy_(rows(w, gates, "b")[:, 0])
    second = getattr(layer, f"bias_hh_l{k}").zero_()
    if cell == "gru":
        second[-len(w("n/c")[0]) :] = w("n/c")[0]


def loop(cell, stack, k, w):
    layer = stack.layers[k]
    layer.W.copy_(rows(w, layer.gates, "W"))
    layer.U.copy_(rows(w, layer.gates, "U"))
    layer.b.copy_(rows(w, layer.gates, "b")[:, 0])
    if cell == "peephole":
        layer.p.copy_(torch.cat([w("i/p"), w("f/p")]))
        layer.po.copy_(w("o/p")[0])
    if cell == "layernorm":
        layer.alpha.copy_(ifog(w("input/gain")))
        layer.beta.copy_(ifog(w("recurrent/gain")))
        layer.gamma.copy_(w("cell/gain")[0])
        layer.delta.copy_(w("cell/b")[0])


def ifog(row):
    i, f, g, o = row[0].chunk(4)
    return torch.cat([i, f, o, g])


json.dump([run(case) for case in json.load(sys.stdin)], sys.stdout)
