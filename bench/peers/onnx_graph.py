"""The embedding of the reference net as an ONNX model, from uint8 pixels [32, 64, 64, 3] to [32, 804] pooled features.

The graph is written out: an exporter would bring PyTorch into the peer, and its memory and threads with it.
"""
import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from reference_net import BATCH, JOINED, PLAN, SIZE


def embedding():
    """The serialised model; weights are drawn, the same each time."""
    random = np.random.default_rng(1)
    nodes, constants, pooled = [], [], []

    def constant(name, values):
        constants.append(numpy_helper.from_array(np.asarray(values, np.float32), name))
        return name

    def add(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    x = add("Cast", ["pixels"], "cast", to=TensorProto.FLOAT)
    x = add("Mul", [x, constant("scale", 1 / (255 * 0.25))], "scaled")
    x = add("Sub", [x, constant("shift", 0.5 / 0.25)], "normalised")
    x = add("Transpose", [x], "channels_first", perm=[0, 3, 1, 2])
    channels = 3
    for index, (outputs, stride) in enumerate(PLAN):
        deviation = (2 / (9 * channels)) ** 0.5
        kernel = constant(f"kernel{index}", random.normal(0, deviation, (outputs, channels, 3, 3)))
        bias = constant(f"bias{index}", np.zeros(outputs))
        window = {"kernel_shape": [3, 3], "strides": [stride, stride], "pads": [1, 1, 1, 1]}
        x = add("Conv", [x, kernel, bias], f"convolved{index}", **window)
        x = add("Relu", [x], f"layer{index}")
        pooled.append(add("Flatten", [add("GlobalAveragePool", [x], f"mean{index}")], f"pooled{index}"))
        channels = outputs
    add("Concat", pooled, "features", axis=1)
    graph = helper.make_graph(
        nodes,
        "embedding",
        [helper.make_tensor_value_info("pixels", TensorProto.UINT8, [BATCH, SIZE, SIZE, 3])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, [BATCH, JOINED])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model, full_check=True)
    return model.SerializeToString()
