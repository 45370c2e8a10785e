"""Small ONNX files that judge the mean colours of a picture."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def write_onnx(
    path,
    classes=7,
    shape=('N', 3, 16, 16),
    kind=TensorProto.FLOAT,
    axes=(2, 3),
    softmax=False,
    inputs=1,
    outputs=1,
    seed=0,
):
    """Writes the file.

    Returns:
        What it computes, in NumPy: prepared pictures (N, C, H, W) to (N, classes).
    """
    rng = np.random.default_rng(seed)
    channels = next((n for n in shape[1:] if n in (1, 3)), 3)
    matrix = rng.normal(size=(channels, classes))
    matrix = matrix.astype(np.float64 if kind == TensorProto.DOUBLE else np.float32)
    nodes = [
        helper.make_node('ReduceMean', ['x0', 'axes'], ['mean'], keepdims=0),
        helper.make_node('MatMul', ['mean', 'matrix'], ['scores']),
        helper.make_node('Softmax', ['scores'], ['share'], axis=1),
    ]
    names = ['share', 'scores'] if softmax else ['scores', 'share']
    graph = helper.make_graph(
        nodes,
        'small',
        [helper.make_tensor_value_info(f'x{i}', kind, shape) for i in range(inputs)],
        [
            helper.make_tensor_value_info(n, kind, [shape[0], classes])
            for n in names[:outputs]
        ],
        [
            numpy_helper.from_array(np.array(axes, np.int64), 'axes'),
            numpy_helper.from_array(matrix, 'matrix'),
        ],
    )
    opset = [helper.make_opsetid('', 18)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.save(model, str(path))
    return lambda pictures: pictures.mean((2, 3)) @ matrix
