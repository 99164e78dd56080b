"""The 44 data sets of ``bench_defaults``: tables to classify or to predict numbers from, each with one split.

``CHALKGRAD_DATA`` names the folder that has them.  The split is the published one where there is one, else a
fifth, stratified, of seed 0.  The sets are halved by a rule that looks at nothing but names: in alphabetical
order every other one, beginning with the first, is to choose on; the rest is to prove on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FIRST_ROWS = {
    "covtype_20k": 15_120,
    "letter": 16_000,
    "satimage": 4_435,
    "shuttle": 43_500,
    "dna": 2_000,
    "vowel": 528,
}
"""Where the first rows are those to train on."""
TARGETS = {
    "adult": "income", "california_housing": "median_house_value", "covtype_20k": "Cover_Type",
    "dna": "Class", "higgs_7k": "label", "ionosphere": "Class", "letter": "lettr", "satimage": "classes",
    "shuttle": "Class", "sonar": "Class", "spambase": "spam", "vowel": "Class", "wine_red": "quality",
    "wine_white": "quality",
}  # fmt: skip
"""The columns to be learned that are not called y."""
NUMBERS = ("abalone", "california_housing")
CLASSES = ("reg_wine_quality_red",)
"""What its file calls a regression, but whose few whole numbers are taken for classes."""


@dataclass(frozen=True)
class DataSet:
    """A table, divided; ``target`` is one of its columns."""

    name: str
    target: str
    train: pd.DataFrame
    test: pd.DataFrame

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted, so that R² is measured and not accuracy."""
        return self.name in NUMBERS or (self.name.startswith("reg") and self.name not in CLASSES)

    def files(self, folder: Path) -> tuple[Path, Path]:
        """Write the rows to train on and to test on as a user has them; return the two files."""
        plain = all(kind.kind in "iuf" for kind in self.train.dtypes) and self.target == "y"
        suffix = "npz" if plain else "csv"
        paths = (folder / f"{self.name}.{suffix}", folder / f"{self.name}-test.{suffix}")
        for path, rows in zip(paths, (self.train, self.test), strict=True):
            if path.exists():
                continue
            if plain:
                np.savez(path, X=rows.drop(columns="y").to_numpy(), y=rows["y"].to_numpy())
            else:
                rows.to_csv(path, index=False)
        return paths


def names(folder: Path, half: str = "all") -> list[str]:
    """Return the sets of a half: ``choose``, ``prove``, or ``all``."""
    found = sorted({path.name.split(".")[0] for path in folder.iterdir() if path.suffix in (".gz", ".npz")})
    return {"all": found, "choose": found[::2], "prove": found[1::2]}[half]


def read(folder: Path, name: str) -> DataSet:
    """Return a set, divided."""
    target = TARGETS.get(name, "y")
    archive = folder / f"{name}.npz"
    train, test = _of_arrays(archive) if archive.exists() else _of_table(folder / f"{name}.csv.gz", target)
    return DataSet(name, target, train, test)


def _of_arrays(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    with np.load(path) as archive:
        found = {key: archive[key] for key in archive.files}
    if "X_train" in found:
        return _frame(found["X_train"], found["y_train"]), _frame(found["X_test"], found["y_test"])
    rows = _frame(found["X"], found["y"])
    tested = np.unpackbits(found["test_mask"], axis=1, count=len(rows))[0].astype(bool)
    return rows[~tested], rows[tested]


def _frame(x: Any, y: Any) -> pd.DataFrame:
    frame = pd.DataFrame(x, columns=[f"x{k}" for k in range(x.shape[1])])
    return frame.assign(y=y)


def _of_table(path: Path, target: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    name = path.name.split(".")[0]
    rows = pd.read_csv(path, na_values="?" if name == "adult" else None, skipinitialspace=True)
    if "split" in rows:
        parts = rows.pop("split")
        return rows[parts == "train"], rows[parts != "train"]
    if name in FIRST_ROWS:
        return rows.iloc[: FIRST_ROWS[name]], rows.iloc[FIRST_ROWS[name] :]
    return _fifth_aside(rows, None if name in NUMBERS else rows[target])


def _fifth_aside(rows: pd.DataFrame, labels: Sequence[Any] | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    from sklearn.model_selection import train_test_split

    train, test = train_test_split(rows, test_size=0.2, random_state=0, stratify=labels)
    return train, test
