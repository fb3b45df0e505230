"""Writes the network of support/plain-network.ts, with random weights, as ONNX: python plain-network.py OUT"""

import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

channels = [3, *[32] * 9, 48]
random = np.random.RandomState(1)
nodes, weights, features = [], [], "input"
for i in range(10):
    weight = random.uniform(-0.05, 0.05, (channels[i + 1], channels[i], 3, 3)).astype(np.float32)
    bias = random.uniform(-0.05, 0.05, channels[i + 1]).astype(np.float32)
    weights += [numpy_helper.from_array(weight, f"{i}.weight"), numpy_helper.from_array(bias, f"{i}.bias")]
    nodes.append(
        helper.make_node("Conv", [features, f"{i}.weight", f"{i}.bias"], [f"conv{i}"], kernel_shape=[3, 3], pads=[1] * 4)
    )
    features = f"conv{i}"
    if i < 9:
        nodes.append(helper.make_node("Relu", [features], [f"relu{i}"]))
        features = f"relu{i}"
nodes.append(helper.make_node("DepthToSpace", [features], ["output"], blocksize=4, mode="CRD"))

images = [
    helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", 3, f"{name} height", f"{name} width"])
    for name in ("input", "output")
]
graph = helper.make_graph(nodes, "plain", [images[0]], [images[1]], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])
