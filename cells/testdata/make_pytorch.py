"""Golden files of torch.nn.LSTM, GRU and RNN, and of the LSTMCell, in float64."""

import torch

import golden

BATCH, STEPS, INPUT, HIDDEN, PROJ = 3, 4, 3, 4, 2
RAGGED = [2, 4, 1]


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    golden_of("torch_lstm", torch.nn.LSTM)
    golden_of("torch_lstm_ragged", torch.nn.LSTM, lengths=RAGGED, state=True)
    golden_of("torch_lstm_stacked", torch.nn.LSTM, num_layers=2, state=True)
    golden_of("torch_lstm_bidirectional", torch.nn.LSTM, bidirectional=True, lengths=RAGGED, state=True)
    golden_of("torch_lstm_stacked_bidirectional", torch.nn.LSTM, num_layers=2, bidirectional=True, lengths=RAGGED, state=True)
    golden_of("torch_lstm_proj", torch.nn.LSTM, proj_size=PROJ, lengths=RAGGED, state=True)
    golden_of("torch_lstm_proj_stacked_bidirectional", torch.nn.LSTM, proj_size=PROJ, num_layers=2, bidirectional=True)
    golden_of("torch_gru", torch.nn.GRU, lengths=RAGGED, state=True)
    golden_of("torch_gru_stacked_bidirectional", torch.nn.GRU, num_layers=2, bidirectional=True, lengths=RAGGED, state=True)
    golden_of("torch_rnn_tanh", torch.nn.RNN, lengths=RAGGED, state=True)
    golden_of("torch_rnn_relu", torch.nn.RNN, nonlinearity="relu", lengths=RAGGED, state=True)
    golden_of("torch_lstmcell", torch.nn.LSTMCell, state=True)


def golden_of(name, kind, lengths=None, state=False, **options):
    numbers = golden.Numbers(name.encode())
    module = kind(INPUT, HIDDEN, **options)
    for parameter in module.parameters():
        parameter.data = torch.tensor(numbers.of(*parameter.shape))
    inputs, target, mask = case(numbers, module, lengths, state)
    run = unroll if isinstance(module, torch.nn.LSTMCell) else layer

    y, h, c = run(module, inputs, lengths)
    loss = golden.loss(y, h, c, mask, target)
    loss.backward()
    tensors = {"output.y": y, "output.h": h, "output.c": c, "input.mask": mask}
    tensors |= {f"input.{k}": v for k, v in inputs.items()}
    tensors |= {f"grad.input.{k}": v.grad.clone() for k, v in inputs.items()}
    tensors |= {f"target.{k}": v for k, v in target.items()}
    tensors |= {f"weight.{k}": v.clone() for k, v in module.named_parameters()}
    tensors |= {f"grad.{k}": v.grad.clone() for k, v in module.named_parameters()}
    tensors["losses"] = torch.tensor(adam(module, lambda: golden.loss(*run(module, inputs, lengths), mask, target)))
    tensors = {k: v.detach().numpy() for k, v in tensors.items() if v is not None}
    golden.write(name, tensors, framework=f"torch {torch.__version__}", cell=kind.__name__, **options)


def case(numbers, module, lengths, state):
    """Inputs, targets and mask that fit the module."""
    of = lambda *shape: torch.tensor(numbers.of(*shape))
    directions = 2 if getattr(module, "bidirectional", False) else 1
    states = directions * getattr(module, "num_layers", 1)
    width = getattr(module, "proj_size", 0) or HIDDEN
    cell = isinstance(module, (torch.nn.LSTM, torch.nn.LSTMCell))
    inputs = {"x": of(STEPS, BATCH, INPUT)}
    target = {"y": of(STEPS, BATCH, directions * width), "h": of(states, BATCH, width)}
    if state:
        inputs["h"] = of(states, BATCH, width)
    if cell:
        target["c"] = of(states, BATCH, HIDDEN)
        if state:
            inputs["c"] = of(states, BATCH, HIDDEN)
    for t in inputs.values():
        t.requires_grad_()
    return inputs, target, torch.tensor(golden.mask(lengths or [STEPS] * BATCH, STEPS))


def layer(module, inputs, lengths):
    """Outputs and final states of a module that runs over a sequence."""
    x, state = inputs["x"], None
    if "c" in inputs:
        state = inputs["h"], inputs["c"]
    elif "h" in inputs:
        state = inputs["h"]
    if lengths:
        x = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    y, end = module(x, state)
    if lengths:
        y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=STEPS)
    h, c = end if isinstance(end, tuple) else (end, None)
    return y, h, c


def unroll(module, inputs, _):
    """Outputs and final states of a module that takes one step."""
    h, c = inputs["h"][0], inputs["c"][0]
    outputs = []
    for x in inputs["x"]:
        h, c = module(x, (h, c))
        outputs.append(h)
    return torch.stack(outputs), h[None], c[None]


def adam(module, loss):
    """The losses before each step. The second bias is held, but where it is not
    simply added to the first, in the candidate of a GRU: Adam would move each of
    two biases by as much as it moves a single one, and their sum by twice that."""
    solver = torch.optim.Adam(module.parameters(), lr=golden.RATE)
    losses = []
    for _ in range(golden.STEPS):
        solver.zero_grad()
        value = loss()
        value.backward()
        losses.append(value.item())
        for name, parameter in module.named_parameters():
            if "bias_hh" in name:
                held = 2 * HIDDEN if isinstance(module, torch.nn.GRU) else len(parameter)
                parameter.grad[:held] = 0
        solver.step()
    return losses


if __name__ == "__main__":
    main()
