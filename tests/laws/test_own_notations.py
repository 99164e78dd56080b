"""Notations nobody has thought of: where no letter means two things, their pages are true as well."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalkgrad import InputError, Network
from chalkgrad.notation.profiles.find import (
    LETTER_NAMES,
    Letters,
    builtin_names,
    find_notation,
    notation_from_dict,
)
from chalkgrad.notation.profiles.notation import NORM, SPARE
from tests.laws.test_display_reads_back import MATHEMATICS, check_page, defined

NETWORKS = (
    Network("2-3:relu-2:relu-1:sigmoid", l2=0.01),
    Network("1-2:tanh-1:tanh", loss="squared_error"),
    Network("3-2:silu-2:elu:skip-3:softmax", loss="squared_error"),
    Network("2-2:sigmoid:nobias-2", loss="mean_squared_error", reduction="sum"),
    Network("4-5:tanh-4:tanh-3:tanh-4:tanh-3:tanh-2"),
)
STYLES = st.sampled_from(("_l", "_(l)", "^l", "^(l)", "^[l]"))
LETTERS = "abcfghopqrtuvwxyzABCDEFGHIJKNOPQRSUVWXYZαβγδεζηθκλμνξρτφχψωΓΔΘΛΞΦΨΩ"
INDICES = "abcfghijknopqrstuvwxyz"
PAIRED = ("input", "target", "output", "weight", "bias", "pre", "act", "loss", "rate", "penalty")


@st.composite
def notations(draw: st.DrawFn) -> dict[str, Any]:
    """A table as a user's file has it, with letters that are all different."""
    sender, unit, above, sample = draw(st.permutations(INDICES))[:4]
    letters = iter([c for c in draw(st.permutations(LETTERS)) if c not in (sender, unit, above, sample)])
    table: dict[str, Any] = {name: [next(letters), next(letters)] for name in PAIRED}
    index: dict[str, str] = {name: next(letters) for name in draw(st.sets(st.sampled_from(PAIRED[:8])))}
    table["error"] = draw(st.sampled_from(["", "d", [next(letters), next(letters)]]))
    table["function"] = draw(st.sampled_from(["", next(letters), "σ"]))
    table["feeds"] = draw(st.sampled_from(["", next(letters)]))
    table["output"] = draw(st.sampled_from([table["output"], table["act"], ["ŷ", "Ŷ"], ["y*", "Y*"], "net"]))
    table["input"] = draw(st.sampled_from([table["input"], table["act"]]))
    table["bias"] = draw(st.sampled_from([table["bias"], f"{table['weight'][0]}0"]))
    if table["output"] == table["act"] or table["input"] == table["act"]:
        for name in ("act", "input", "output"):
            index.pop(name, None)
    if not table["feeds"] and draw(st.booleans()):
        table["pre"] = table["pre"][0]
    layouts = {
        "single": st.sampled_from(("rows", "columns")),
        "batch": st.sampled_from(("rows", "columns")),
        "weights": st.sampled_from(("out_in", "in_out")),
        "errors": st.sampled_from(("same", "transposed")),
        "mean_at": st.sampled_from(("loss", "gradient")),
        "units": STYLES,
        "parameters": STYLES,
        "count": st.sampled_from(("first", "last")),
        "batch_case": st.sampled_from(("shape", "upper")),
        "broadcast": st.sampled_from(("ones", "implicit")),
        "vectors": st.sampled_from(("bold", "italic")),
        "matrices": st.sampled_from(("bold", "italic")),
        "function_for": st.sampled_from(("hidden", "every")),
        "output_index": st.sampled_from(("", above)),
    }
    chosen = {name: draw(values) for name, values in layouts.items()}
    return {**chosen, "indices": [sender, unit, above, sample], "letters": {**table, "index": index}}


@settings(max_examples=60)
@given(
    notations(), st.sampled_from(NETWORKS), st.sampled_from(("matrix", "index")), st.booleans(), st.booleans()
)
def test_every_equation_of_a_random_notation_is_true(
    table: dict[str, Any], network: Network, zoom: str, batch: bool, trained: bool
) -> None:
    notation = notation_from_dict(table, "random")
    assert defined(network) <= check_page(notation, network, zoom, batch, trained)


@pytest.mark.parametrize("name", MATHEMATICS)
def test_a_letter_for_two_things_is_refused(name: str) -> None:
    """Whatever two entries of a built-in notation are made one, it is said which two meanings clash."""
    notation = find_notation(name)
    names = [field for field in Letters.__dataclass_fields__ if getattr(notation.letters, field)]
    given = [field for field in names if field not in SPARE and field not in NORM]
    allowed = ({"input", "output", "act"}, {"input", "feeds"})
    for one in names:
        for other in given:
            if one == other or {one, other} in allowed or any({one, other} < group for group in allowed):
                continue
            text = getattr(notation.letters, other)
            if "error" in (one, other) and text == "d":
                continue
            table = {"based_on": name, "letters": {one: [text, text]}}
            with pytest.raises(InputError, match=r"It already means|must be a letter or a word; got '\w0'"):
                notation_from_dict(table, "own.toml")


@pytest.mark.parametrize("name", MATHEMATICS)
def test_a_letter_of_a_training_step_or_a_norm_steps_aside_unless_it_was_chosen(name: str) -> None:
    letters = find_notation(name).letters
    for one in (field for field in LETTER_NAMES if field not in ("feeds", "function")):
        for spare in (*SPARE, *NORM):
            text = getattr(letters, spare)
            if one == "bias" and not text[-1].isalpha():
                continue
            table = {"based_on": name, "letters": {one: [text, text]}}
            own = notation_from_dict(table, "own.toml").letters
            assert getattr(own, one) == text != getattr(own, spare)
            chosen = {"based_on": name, "letters": {one: [text, text], spare: [text, text]}}
            with pytest.raises(InputError, match="It already means"):
                notation_from_dict(chosen, "own.toml")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"letters": {"pre": "q", "act": "q"}},
            "letters.act: must be a letter of its own for the activations",
        ),
        ({"letters": {"rate": "m"}}, "already means the number of samples"),
        ({"letters": {"loss": "e"}}, "already means Euler’s number"),
        ({"letters": {"error": "d", "target": "d"}}, "already means the derivative in dW"),
        ({"letters": {"weight": "k"}}, "already means an index"),
        ({"letters": {"output": "σ"}}, "already means the sigmoid"),
        ({"letters": {"output": "log"}}, "already means the function log"),
        ({"letters": {"pre": ""}}, "must be a letter or a word; got ''"),
        ({"letters": {"pre": "2z"}}, "must be a letter or a word; got '2z'"),
        ({"letters": {"pre": "z("}}, "must be a letter or a word"),
        (
            {"letters": {"index": {"pre": "x", "input": "x"}}},
            "letters.index.pre: must be a letter of its own",
        ),
        ({"indices": ["k", "j", "i", "m"]}, "already means the number of samples"),
        ({"indices": ["k", "j", "i", "l"]}, "already means the layer"),
        ({"indices": ["kk", "j", "i", "s"]}, "must be four single letters"),
        ({"indices": ["k", "k", "i", "s"]}, "must list four letters"),
        ({"units": "l"}, "must not be l where operators are mathematics"),
        ({"letters": {"error": ".grad"}}, "must be a letter where operators are mathematics"),
        ({"based_on": "pytorch", "units": "_l"}, "must be l where operators are code"),
        ({"based_on": "pytorch", "letters": {"error": "δ"}}, "must be .grad or d where operators are code"),
        ({"based_on": "pytorch", "letters": {"pre": "lambda"}}, "must be a name of Python"),
        ({"based_on": "pytorch", "letters": {"pre": "W"}}, "already means the weights"),
        ({"based_on": "pytorch", "letters": {"target": "F"}}, "already means torch.nn.functional"),
        ({"based_on": "bishp"}, "Did you mean 'bishop'?"),
        ({"squared": "square"}, "must be one of squared_error"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        notation_from_dict(table, "own.toml")
    assert message in str(error.value)


def test_all_faults_are_told_together() -> None:
    table = {"letters": {"rate": "m", "pre": "q", "act": "q"}, "indices": ["k", "j", "i", "l"]}
    with pytest.raises(InputError) as error:
        notation_from_dict(table, "own.toml")
    assert len(str(error.value).splitlines()) == 3


def test_a_letter_changed_is_changed_in_every_zoom() -> None:
    own = notation_from_dict({"based_on": "transposed", "letters": {"pre": "q"}}, "own.toml")
    assert own.letters.pre == own.batch_letters.pre == own.index_letters.pre == "q"
    assert builtin_names()
