"""Where the canonical link is a reason, one note below the equations says what the words mean."""

from __future__ import annotations

import pytest

from chalkgrad import Network, derive
from chalkgrad.notation import builtin_names

REASON, NOTE = "the canonical link", "Canonical link: an output activation paired with its loss"
FACTOR = "times a factor that no parameter changes"
PAIRS = {
    "sigmoid": ("2-2:tanh-2:sigmoid", "binary_cross_entropy"),
    "softmax": ("2-3:softmax", "cross_entropy"),
    "identity": ("2-2:tanh-1", "half_squared_error"),
}


def words(spec: str, loss: str, notation: str = "matrix", *, batch: bool = False) -> str:
    page = derive(Network(spec, loss=loss)).page(notation, batch=batch)
    return " ".join(str(page).split())


@pytest.mark.parametrize("notation", builtin_names())
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("batch", [False, True])
def test_the_reason_is_explained_once(pair: str, notation: str, batch: bool) -> None:
    text = words(*PAIRS[pair], notation, batch=batch)
    assert REASON in text
    assert text.count(NOTE) == 1


def test_the_error_is_in_the_letters_of_the_page() -> None:
    assert "the error at z₍₂₎ is the prediction error ŷ − y." in words(*PAIRS["sigmoid"])
    assert "the error at a⁽¹⁾ is the prediction error y − t." in words(*PAIRS["softmax"], "bishop")
    assert "the error at z2 is the prediction error y - t." in words(*PAIRS["identity"], "pytorch")
    turned = words(*PAIRS["sigmoid"], "transposed", batch=True)
    assert "the error at I⁽²⁾ is the prediction error Y*ᵀ − Yᵀ, times" in turned


def test_a_factor_is_told() -> None:
    assert FACTOR not in words(*PAIRS["sigmoid"])
    assert FACTOR in words(*PAIRS["sigmoid"], batch=True)
    assert FACTOR in words("2-2:tanh-1", "squared_error")


def test_what_is_no_canonical_link_has_no_note() -> None:
    text = words("2-2:tanh-1:sigmoid", "squared_error")
    assert REASON not in text
    assert NOTE not in text
