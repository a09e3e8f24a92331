"""Recurrent cells for which PyTorch has no fused layer, as a loop over time.

Letters and equations are those of the package cells. T, B, I, H are time, batch, input and
hidden size. The products with the inputs of all time steps are one product, those with h one
per step for all gates; gates that share a function are neighbours, so that it is called
once. Weights are (units of the gates, I or H), as PyTorch's layers have them.
"""

from typing import Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Loop(nn.Module):
    """A layer whose gates, in the order of the letters of `gates`, have the weights W and U
    and the bias b. A subclass computes a step from z, what the inputs give, and the state."""

    gates = "ifog"

    def __init__(self, I, H):
        super().__init__()
        units = len(self.gates) * H
        self.H = H
        self.W = nn.Parameter(uniform(H, units, I))
        self.U = nn.Parameter(uniform(H, units, H))
        self.b = nn.Parameter(torch.zeros(units))

    def inputs(self, x: Tensor) -> Tensor:
        return F.linear(x, self.W, self.b)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> Tuple[list[Tensor], Tensor, Tensor]:
        outputs: list[Tensor] = []
        U = self.U.t()
        for z in self.inputs(x).unbind(0):
            h, c = self.step(z, U, h, c)
            outputs.append(h)
        return outputs, h, c


class Peephole(Loop):
    def __init__(self, I, H):
        super().__init__(I, H)
        self.p = nn.Parameter(torch.zeros(2, H))  # pi and pf
        self.po = nn.Parameter(torch.zeros(H))

    def step(self, z: Tensor, U: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor]:
        z_if, z_o, z_g = torch.addmm(z, h, U).split([2 * self.H, self.H, self.H], 1)
        i, f = torch.addcmul(z_if.unflatten(1, (2, self.H)), c.unsqueeze(1), self.p).sigmoid().unbind(1)
        c = torch.addcmul(f * c, i, z_g.tanh())
        o = torch.addcmul(z_o, c, self.po).sigmoid()
        return o * c.tanh(), c


class CIFG(Loop):
    gates = "iog"

    def step(self, z: Tensor, U: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor]:
        z_io, z_g = torch.addmm(z, h, U).split([2 * self.H, self.H], 1)
        i, o = z_io.sigmoid().chunk(2, 1)
        c = torch.lerp(c, z_g.tanh(), i)  # (1 − i) ⊙ c + i ⊙ g
        return o * c.tanh(), c


class LayerNorm(Loop):
    def __init__(self, I, H):
        super().__init__(I, H)
        self.alpha = nn.Parameter(torch.ones(4 * H))
        self.beta = nn.Parameter(torch.ones(4 * H))
        self.gamma = nn.Parameter(torch.ones(H))
        self.delta = nn.Parameter(torch.zeros(H))

    def inputs(self, x: Tensor) -> Tensor:
        return F.layer_norm(F.linear(x, self.W), (4 * self.H,), self.alpha, self.b)

    def step(self, z: Tensor, U: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor]:
        z = z + F.layer_norm(h @ U, (4 * self.H,), self.beta)
        z_ifo, z_g = z.split([3 * self.H, self.H], 1)
        i, f, o = z_ifo.sigmoid().chunk(3, 1)
        c = torch.addcmul(f * c, i, z_g.tanh())
        return o * F.layer_norm(c, (self.H,), self.gamma, self.delta).tanh(), c


LOOPS = {"peephole": Peephole, "cifg": CIFG, "layernorm": LayerNorm}


class Stack(nn.Module):
    """Layers of a cell one on the other, which are called as nn.LSTM is; without `every` only
    the last of the outputs is returned."""

    def __init__(self, cell, I, H, layers, every):
        super().__init__()
        self.H, self.count, self.every = H, layers, every
        self.layers = nn.ModuleList(LOOPS[cell](I if k == 0 else H, H) for k in range(layers))

    def forward(self, x: Tensor, state: Optional[Tuple[Tensor, Tensor]] = None) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
        if state is None:
            zeros = x.new_zeros(self.count, x.size(1), self.H)
            state = (zeros, zeros)
        hs: list[Tensor] = []
        cs: list[Tensor] = []
        for k, layer in enumerate(self.layers):
            outputs, h, c = layer(x, state[0][k], state[1][k])
            x = torch.stack(outputs) if self.every or k + 1 < self.count else h.unsqueeze(0)
            hs.append(h)
            cs.append(c)
        return x, (torch.stack(hs), torch.stack(cs))


def uniform(H, *shape):
    return torch.empty(shape).uniform_(-(H**-0.5), H**-0.5)
