"""The line protocol between `lstmtrain bench` and a peer.

Every message is a line of JSON. The first line on standard input is what to run: the
workload's sizes, under the letters of the benchmarks' README, and the mode. The peer
answers with its name, its version and its variants, the ways to run the workload among
which the fastest is to be found. From then on a request {"variant": i, "steps": n} is
answered with {"seconds": [...]}, the times of n steps, each taken around the step with
time.perf_counter. The end of standard input ends the peer. Where something is wrong the
answer is {"error": "..."}, and {"error": "...", "missing": "PACKAGE"} where a package is not
installed.
"""

import gc
import json
import os
import sys
import time


def serve(module, prepare):
    """Answers requests until there are no more.

    module is the name of the package that prepare imports. prepare(spec) returns name,
    version and a list of variants; a variant is a dict with name, threads, and make, which
    returns a function of the number of the step. make is called when the variant is first
    run; use, if there is one, at the start of every request.
    """
    answer = claim_stdout()
    try:
        name, version, variants = prepare(json.loads(sys.stdin.readline()))
    except ModuleNotFoundError as missing:
        return answer(error=str(missing), missing=(missing.name or module).split(".")[0])
    except Exception as problem:
        answer(error=f"{type(problem).__name__}: {problem}")
        raise
    answer(peer=name, version=version, variants=[{"name": v["name"], "threads": v["threads"]} for v in variants])
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer(seconds=run(variants[request["variant"]], request["steps"]))
        except Exception as problem:
            answer(error=f"{type(problem).__name__}: {problem}")
            raise


def claim_stdout():
    """Returns a function that writes a message, and sends what libraries print to
    standard error."""
    stream = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(**message):
        stream.write(json.dumps(message) + "\n")
        stream.flush()

    return answer


def run(variant, steps):
    """Runs one step that is not timed, which refills the caches, and then the others."""
    variant.get("use", lambda: None)()
    if "step" not in variant:
        variant["step"] = variant["make"]()
        variant["count"] = 0
    seconds = []
    gc.disable()
    for i in range(steps + 1):
        start = time.perf_counter()
        variant["step"](variant["count"])
        seconds.append(time.perf_counter() - start)
        variant["count"] += 1
    gc.enable()
    return seconds[1:]
