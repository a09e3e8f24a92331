"""Golden files of the ONNX operators LSTM, GRU and RNN, as ONNX Runtime computes them:
in float32, forward only, so without gradients and losses."""

import numpy as np
import onnx
import onnxruntime

import golden

BATCH, STEPS, INPUT, HIDDEN, OPSET = 3, 4, 3, 4, 22
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
RAGGED = [2, 4, 1]


def main():
    golden_of("onnx_lstm", "LSTM")
    golden_of("onnx_lstm_ragged", "LSTM", lengths=RAGGED)
    golden_of("onnx_lstm_reverse", "LSTM", lengths=RAGGED, direction="reverse")
    golden_of("onnx_lstm_bidirectional", "LSTM", lengths=RAGGED, direction="bidirectional")
    golden_of("onnx_lstm_peephole", "LSTM", lengths=RAGGED, peephole=True)
    golden_of("onnx_lstm_peephole_bidirectional", "LSTM", lengths=RAGGED, peephole=True, direction="bidirectional")
    golden_of("onnx_lstm_input_forget", "LSTM", lengths=RAGGED, input_forget=1)
    golden_of("onnx_lstm_clip", "LSTM", lengths=RAGGED, clip=0.5)
    golden_of("onnx_gru", "GRU", lengths=RAGGED, linear_before_reset=1)
    golden_of("onnx_gru_reset_before", "GRU", lengths=RAGGED, linear_before_reset=0)
    golden_of("onnx_gru_bidirectional", "GRU", lengths=RAGGED, linear_before_reset=1, direction="bidirectional")
    golden_of("onnx_rnn", "RNN", lengths=RAGGED)
    golden_of("onnx_rnn_relu", "RNN", lengths=RAGGED, activations=["Relu"])


def golden_of(name, operator, lengths=None, peephole=False, **attributes):
    numbers = golden.Numbers(name.encode())
    of = lambda *shape: numbers.of(*shape).astype(np.float32)
    directions = 2 if attributes.get("direction") == "bidirectional" else 1
    rows = GATES[operator] * HIDDEN
    x, h, c = of(STEPS, BATCH, INPUT), of(directions, BATCH, HIDDEN), of(directions, BATCH, HIDDEN)
    weights = {"W": of(directions, rows, INPUT), "R": of(directions, rows, HIDDEN), "B": of(directions, 2 * rows)}
    feeds = {"X": x, **weights, "initial_h": h}
    if lengths:
        feeds["sequence_lens"] = np.array(lengths, np.int32)
    if operator == "LSTM":
        feeds["initial_c"] = c
        if peephole:
            weights["P"] = feeds["P"] = of(directions, 3 * HIDDEN)

    y, h_end, *c_end = run(operator, feeds, attributes)
    tensors = {"input.x": x, "input.h": h, "input.mask": golden.mask(lengths or [STEPS] * BATCH, STEPS).astype(np.float32)}
    tensors |= {"output.y": y.transpose(0, 2, 1, 3).reshape(STEPS, BATCH, -1), "output.h": h_end}
    tensors |= {f"weight.{k}": w for k, w in weights.items()}
    if operator == "LSTM":
        tensors |= {"input.c": c, "output.c": c_end[0]}
    golden.write(name, tensors, framework=f"onnxruntime {onnxruntime.__version__}", cell=operator, peephole=peephole, **attributes)


def run(operator, feeds, attributes):
    """Run a model of one node, whose inputs go by the names of the specification."""
    names = ["X", "W", "R", "B", "sequence_lens", "initial_h"]
    outputs = {"Y": 4, "Y_h": 3}  # ranks
    if operator == "LSTM":
        names += ["initial_c", "P"]
        outputs["Y_c"] = 3
    node = onnx.helper.make_node(operator, [n if n in feeds else "" for n in names], list(outputs), hidden_size=HIDDEN, **attributes)
    declare = lambda n, a: onnx.helper.make_tensor_value_info(n, onnx.helper.np_dtype_to_tensor_dtype(a.dtype), a.shape)
    results = [onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, [None] * rank) for n, rank in outputs.items()]
    graph = onnx.helper.make_graph([node], operator, [declare(n, a) for n, a in feeds.items()], results)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=10)
    onnx.checker.check_model(model)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(list(outputs), feeds)


if __name__ == "__main__":
    main()
