"""Texts as vectors: those of like meaning point the same way.

all-MiniLM-L6-v2 (from Sentence Transformers), six layers of BERT's encoder (arxiv.org/abs/1810.04805)
in numpy: what comes out is the mean over the text's pieces, of length one. It was made for English; texts of
other languages come out by their words, as far as it knows them. With another model all vectors that are kept
have to be made anew.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from forum.search.semantic import weights, wordpiece

DIMENSIONS = 384
_LAYERS, _HEADS = 6, 12

Floats = NDArray[np.float32]


class Norm(NamedTuple):
    """Layer normalisation (arxiv.org/abs/1607.06450)."""

    scale: Floats
    shift: Floats

    def __call__(self, x: Floats) -> Floats:
        x = x - x.mean(-1, keepdims=True)
        spread: Floats = np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(1e-12))
        return x / spread * self.scale + self.shift


class Dense(NamedTuple):
    matrix: Floats
    bias: Floats

    def __call__(self, x: Floats) -> Floats:
        return x @ self.matrix + self.bias


class Layer(NamedTuple):
    """One layer of the encoder: what each piece takes from the others, and what it makes of that."""

    looks: Dense
    takes: Dense
    taken: Norm
    widens: Dense
    narrows: Dense
    made: Norm

    def __call__(self, x: Floats) -> Floats:
        x = self.taken(x + self.takes(_attention(self.looks(x))))
        return self.made(x + self.narrows(_gelu(self.widens(x))))


class Encoder(NamedTuple):
    """The whole model. The table of pieces stays as small as it came: few of its rows are ever needed."""

    pieces: NDArray[np.int8]
    scales: Floats
    places: Floats
    first: Norm
    layers: tuple[Layer, ...]

    def __call__(self, numbers: list[int]) -> Floats:
        """The vector of a text's pieces: DIMENSIONS numbers, of length one."""
        x = self.first(self.pieces[numbers] * self.scales[numbers] + self.places[: len(numbers)])
        for layer in self.layers:
            x = layer(x)
        mean = x.mean(0)
        return mean / np.linalg.norm(mean)  # type: ignore[no-any-return]


def embed(texts: list[str]) -> Floats:
    """One row of DIMENSIONS for each text, of length one; of a long text its first 254 pieces count.

    The first call reads the weights, which takes a moment and 55 MB of memory.
    """
    encoder = _encoder()
    found = [encoder(wordpiece.numbers(text)) for text in texts]
    return np.stack(found) if found else np.empty((0, DIMENSIONS), np.float32)


def _attention(x: Floats) -> Floats:
    """Attention of several heads (arxiv.org/abs/1706.03762); `x` has queries, keys and values in a row."""
    queries, keys, values = x.reshape(len(x), 3, _HEADS, -1).transpose(1, 2, 0, 3)
    likeness = queries @ keys.transpose(0, 2, 1) / np.float32((DIMENSIONS / _HEADS) ** 0.5)
    shares = np.exp(likeness - likeness.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return (shares @ values).transpose(1, 0, 2).reshape(len(x), -1)  # type: ignore[no-any-return]


def _gelu(x: Floats) -> Floats:
    """x times the normal distribution's share below x (arxiv.org/abs/1606.08415).

    The error function is that of Abramowitz and Stegun, 7.1.26: right to seven digits.
    """
    size = np.abs(x) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * size)
    factors = np.array((-1.453152027, 1.421413741, -0.284496736, 0.254829592), np.float32)
    # Horner's scheme.
    total = t * np.float32(1.061405429) + factors[0]
    for factor in factors[1:]:
        total = total * t + factor
    tail: Floats = total * t * np.exp(-size * size) / 2
    return np.where(x > 0, x * (1 - tail), x * tail)


@cache
def _encoder() -> Encoder:
    # These matrices are small: several threads would wait for each other longer than they work.
    threadpool_limits(1, user_api="blas")
    tensors = {name.removeprefix("inner."): values for name, values in weights.read().items()}
    # The matrices of the layers have no telling names: six for each layer, in the order in which they work.
    matrices = [
        values * tensors[name.removesuffix("_q") + "_scale"]
        for name, values in tensors.items()
        if name.startswith("val_") and name.endswith("_q")
    ]
    table = "embeddings.{}_embeddings.weight"
    places = tensors[table.format("position") + "_q"] * tensors[table.format("position") + "_scale"]
    return Encoder(
        tensors[table.format("word") + "_q"],
        tensors[table.format("word") + "_scale"],
        places + tensors[table.format("token_type")][0],
        _norm(tensors, "embeddings"),
        tuple(_layer(tensors, n, matrices[6 * n : 6 * n + 6]) for n in range(_LAYERS)),
    )


def _layer(tensors: weights.Tensors, number: int, matrices: list[Floats]) -> Layer:
    name = f"encoder.layer.{number}"
    biases = [tensors[f"{name}.attention.self.{part}.bias"] for part in ("query", "key", "value")]
    return Layer(
        Dense(np.concatenate(matrices[:3], axis=1), np.concatenate(biases)),
        Dense(matrices[3], tensors[f"{name}.attention.output.dense.bias"]),
        _norm(tensors, f"{name}.attention.output"),
        Dense(matrices[4], tensors[f"{name}.intermediate.dense.bias"]),
        Dense(matrices[5], tensors[f"{name}.output.dense.bias"]),
        _norm(tensors, f"{name}.output"),
    )


def _norm(tensors: weights.Tensors, name: str) -> Norm:
    return Norm(tensors[f"{name}.LayerNorm.weight"], tensors[f"{name}.LayerNorm.bias"])
