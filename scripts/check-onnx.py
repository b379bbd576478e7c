"""Checks ONNX files with the reference checker: python3 scripts/check-onnx.py MODEL.onnx ...

Needs the Python package `onnx` (pip install onnx). Exit code 0: all are valid; 1: one is not; 77: no package.
"""

import sys

try:
    import onnx
except ImportError:
    print("The Python package onnx is not installed: nothing was checked.", file=sys.stderr)
    sys.exit(77)

status = 0
for path in sys.argv[1:]:
    try:
        # full_check also infers every shape and compares it with what the graph declares.
        onnx.checker.check_model(path, full_check=True)
        print(f"{path}: valid (onnx {onnx.__version__})")
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError) as error:
        print(f"{path}: {error}", file=sys.stderr)
        status = 1
sys.exit(status)
