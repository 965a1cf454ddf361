"""The part of a peer in Python that all share; the lines are those of serve.mjs."""
import json
import sys
import time


def serve(version, tasks):
    """Says the version, then answers each line; a task does some work and gives the number of items in it."""
    print(json.dumps({"version": version}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(measure(tasks[request["task"]], request["seconds"])), flush=True)


def measure(work, seconds):
    began, before, items = time.perf_counter(), time.process_time(), 0
    while True:
        items += work()
        wall = time.perf_counter() - began
        if wall >= seconds:
            return {"items": items, "cpuSeconds": time.process_time() - before, "wallSeconds": wall}
