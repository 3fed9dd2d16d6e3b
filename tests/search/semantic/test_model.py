"""The embedding model: the same pieces and the same vectors as the libraries made for it give.

What is compared with was recorded with tokenizers 0.23.3 and onnxruntime 1.32.0.
"""

from importlib.machinery import ModuleSpec
from pathlib import Path

import numpy as np
import pytest

from forum.search.semantic import model, weights, wordpiece

SLEEP, CREAM, MIXED = (
    "Does magnesium help against insomnia?",
    "Crème brûlée — naïve “quotes”, 1,5 mg/kg",
    "日本語 and C++ #tag",
)
PIECES = {
    SLEEP: [101, 2515, 24983, 2393, 2114, 16021, 5358, 6200, 1029, 102],
    CREAM: [
        101, 13675, 21382, 7987, 9307, 2063, 1517, 15743, 1523, 16614, 1524, 1010, 1015, 1010, 1019, 11460,
        1013, 4705, 102,
    ],
    MIXED: [101, 1864, 1876, 1950, 1998, 1039, 1009, 1009, 1001, 6415, 102],
    "": [101, 102],
}  # fmt: skip
#: The first six numbers of each vector.
VECTORS = {
    SLEEP: [-0.02594, 0.01007, -0.02015, 0.08566, 0.03026, -0.01289],
    CREAM: [0.01314, -0.0327, 0.00019, 0.05045, -0.03081, -0.05825],
    MIXED: [-0.07283, 0.0299, 0.03582, -0.07597, -0.01586, 0.02975],
    "": [-0.12735, 0.04087, -0.00143, -0.01599, 0.05388, 0.00888],
    "word " * 600: [-0.00482, -0.09832, -0.03899, 0.05111, -0.04268, 0.02193],
}


@pytest.mark.parametrize("text", PIECES)
def test_the_pieces_are_those_of_the_library(text: str) -> None:
    assert wordpiece.numbers(text) == PIECES[text]


def test_words_without_accents_capitals_and_what_is_not_seen() -> None:
    assert wordpiece.words("It's\u200b A\u00adBC\x00D\u2003Łódź") == ["it", "'", "s", "abcd", "łodz"]


def test_a_word_that_is_too_long_or_unknown_is_one_piece() -> None:
    assert wordpiece.numbers("a" * 101) == wordpiece.numbers("😀") == [101, 100, 102]


def test_only_the_first_pieces_of_a_long_text_count() -> None:
    assert len(wordpiece.numbers("word " * 600)) == wordpiece.MOST


def test_the_vectors_are_those_of_the_library() -> None:
    made = model.embed(list(VECTORS))
    assert made.shape == (len(VECTORS), model.DIMENSIONS)
    assert made.dtype == np.float32
    assert np.linalg.norm(made, axis=1) == pytest.approx(1)
    for row, text in zip(made, VECTORS, strict=True):
        assert row[:6] == pytest.approx(VECTORS[text], abs=2e-5), text


def test_no_text_no_vector() -> None:
    assert model.embed([]).shape == (0, model.DIMENSIONS)


def test_what_means_the_same_is_alike() -> None:
    asked, near, far = model.embed(
        [SLEEP, "Mg supplements may let you fall asleep sooner.", "Which bicycle brakes are best in rain?"]
    )
    assert asked @ near > 0.4 > 0.2 > asked @ far


def test_another_file_than_the_known_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"something else")
    found = ModuleSpec(weights.PACKAGE, None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(weights, "find_spec", lambda _name: found)
    with pytest.raises(weights.OtherWeights, match="another model"):
        weights.read()
