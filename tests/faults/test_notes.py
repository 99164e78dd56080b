"""What the package warns of is one line on the command line, once."""

from __future__ import annotations

import warnings

import pytest

from chalkgrad._errors import ChalkgradWarning, UnsupportedError
from chalkgrad.app.cli import main
from chalkgrad.app.shell.notes import as_notes
from chalkgrad.train.executors import choose
from chalkgrad.train.executors.choose import CHOICE


def missing() -> None:
    raise UnsupportedError("the native core is not installed.")


def test_a_missing_core_is_told_once_in_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("training"))
    monkeypatch.delenv(CHOICE, raising=False)
    monkeypatch.setattr(choose, "native", missing)
    main(["train", "digits", "--epochs", "1", "--network", "4:relu", "--explain-step", "0", "-o", "m.cg"])
    told = capsys.readouterr().err
    assert told.count("note: training runs in NumPy, which is slow: the native core is not installed.") == 1
    assert told.count("native core") == 1
    assert "Warning" not in told
    assert ".py:" not in told


def test_other_warnings_stay_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.warns(UserWarning, match="somebody"), as_notes():
        warnings.warn("somebody else's", UserWarning, stacklevel=1)
    with as_notes():
        for _ in range(3):
            warnings.warn("slow:\n  very", ChalkgradWarning, stacklevel=1)
    assert capsys.readouterr().err == "note: slow: very\n"
