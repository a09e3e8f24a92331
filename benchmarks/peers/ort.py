"""ONNX Runtime's side of `lstmtrain bench --mode forward --peer onnxruntime`."""

import itertools
import os

import protocol

BATCHES = 8  # that the steps take in turn


def prepare(spec):
    import numpy
    import onnx  # noqa: F401, so that a missing package is found now
    import onnxruntime

    rng = numpy.random.default_rng(1)
    graph = model(spec, rng).SerializeToString()
    data = list(batches(spec, rng))
    threads = sorted({1, len(os.sched_getaffinity(0))})
    variants = [variant(spec, graph, data, *choice) for choice in itertools.product(threads, [False, True])]
    return "onnxruntime", onnxruntime.__version__, variants


def variant(spec, graph, data, threads, bound):
    words = [f"{threads} thread" + "s" * (threads > 1), "bound outputs" if bound else "run"]
    make = lambda: (bound_step if bound else run_step)(spec, session(graph, threads), data)
    return {"name": ", ".join(words), "threads": threads, "make": make}


def session(graph, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def run_step(spec, session, data):
    """A step by InferenceSession.run; with "carry" the state goes on to the next step."""
    state = zeros(spec)
    names = [output.name for output in session.get_outputs()]

    def step(i):
        results = session.run(names, {"x": data[i % BATCHES], **state})
        for name, value in zip(state, results[1:]):
            state[name] = value

    return step


def bound_step(spec, session, data):
    """The same with memory for inputs and outputs that is set up once: two sets of it, for
    what one step writes is what the next reads."""
    from onnxruntime import OrtValue

    value = OrtValue.ortvalue_from_numpy
    inputs = [value(x) for x in data]
    states = [[value(x) for x in zeros(spec).values()] for _ in range(2)]
    logits = value(session.run(["logits"], {"x": data[0], **zeros(spec)})[0])
    bindings = {}
    for i in range(2 * BATCHES):
        bindings[i] = session.io_binding()
        bindings[i].bind_ortvalue_input("x", inputs[i % BATCHES])
        bindings[i].bind_ortvalue_output("logits", logits)
        for name, old, new in zip(zeros(spec), states[i % 2], states[1 - i % 2]):
            bindings[i].bind_ortvalue_input(name, old)
            bindings[i].bind_ortvalue_output("new_" + name, new)
    return lambda i: session.run_with_iobinding(bindings[i % len(bindings)])


def zeros(spec):
    """Returns a start state by the names of the graph's inputs, empty without "carry"."""
    import numpy

    if not spec["carry"]:
        return {}
    names = [f"{part}{k}" for k in range(spec["layers"]) for part in "hc"]
    return {name: numpy.zeros((1, spec["B"], spec["H"]), numpy.float32) for name in names}


def batches(spec, rng):
    import numpy

    T, B = spec["T"], spec["B"]
    for _ in range(BATCHES):
        if spec["V"]:
            yield rng.integers(spec["V"], size=(T, B))
        else:
            yield rng.standard_normal((T, B, spec["E"])).astype(numpy.float32)


def model(spec, rng):
    """Returns the workload as an ONNX model with random weights: Gather, LSTM operators,
    Gemm."""
    from onnx import TensorProto, helper

    g = Graph(spec, rng)
    x = "x"
    if spec["V"]:
        x = g.node("Gather", [g.weight("table", spec["V"], spec["E"]), x])
    for k in range(spec["layers"]):
        x = g.lstm(k, x, spec["E"] if k == 0 else spec["H"])
    x = g.node("Gemm", [x, g.weight("head", spec["H"], spec["C"]), g.weight("bias", spec["C"])], ["logits"])

    T, B = spec["T"], spec["B"]
    state = {name: [1, B, spec["H"]] for name in zeros(spec)}
    floats = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    given = helper.make_tensor_value_info("x", TensorProto.INT64, [T, B]) if spec["V"] else floats("x", [T, B, spec["E"]])
    return helper.make_model(
        helper.make_graph(
            g.nodes,
            "workload",
            [given] + [floats(name, shape) for name, shape in state.items()],
            [floats("logits", ["rows", spec["C"]])] + [floats("new_" + name, shape) for name, shape in state.items()],
            g.weights,
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )


class Graph:
    """The nodes and weights of an ONNX graph."""

    def __init__(self, spec, rng):
        self.spec, self.rng = spec, rng
        self.nodes, self.weights = [], []

    def node(self, kind, inputs, outputs=None, **attributes):
        from onnx import helper

        outputs = outputs or [f"{kind}{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs[0]

    def weight(self, name, *shape):
        limit = self.spec["H"] ** -0.5
        return self.constant(name, self.rng.uniform(-limit, limit, shape).astype("float32"))

    def constant(self, name, array):
        from onnx import numpy_helper

        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def lstm(self, k, x, width):
        """Adds layer k and returns what the layer above reads, or the head."""
        import numpy

        H, last = self.spec["H"], k == self.spec["layers"] - 1
        weights = [self.weight(f"W{k}", 1, 4 * H, width), self.weight(f"R{k}", 1, 4 * H, H), self.weight(f"B{k}", 1, 8 * H)]
        start = ["", f"h{k}", f"c{k}"] if self.spec["carry"] else []
        end = [f"new_h{k}", f"new_c{k}"] if self.spec["carry"] else [f"end{k}"]
        self.node("LSTM", [x, *weights, *start], [f"y{k}", *end], hidden_size=H)
        if last and not self.spec["every"]:
            return self.node("Squeeze", [end[0], self.constant("first", numpy.array([0]))])
        if last:
            return self.node("Reshape", [f"y{k}", self.constant("flat", numpy.array([-1, H]))])
        return self.node("Squeeze", [f"y{k}", self.constant(f"direction{k}", numpy.array([1]))])


if __name__ == "__main__":
    protocol.serve("onnxruntime", prepare)
