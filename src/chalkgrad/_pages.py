"""A thing that has a page: what a result can be asked to show, whichever room it comes from.

The rooms below ``notation`` cannot make pages; ``chalkgrad`` itself gives them the makers, in ``MAKERS``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Protocol


class Page(Protocol):
    """A page that can be written in every format: ``chalkgrad.notation.boxes.Document``."""

    @property
    def title(self) -> str: ...
    @property
    def blocks(self) -> tuple[Any, ...]: ...
    def only(self, *headings: str) -> Page: ...
    def text(self, width: int = ...) -> str: ...
    def latex(self) -> str: ...
    def html(self) -> str: ...
    def markdown(self) -> str: ...
    def typst(self) -> str: ...
    def save(self, path: str | os.PathLike[str]) -> None: ...
    def _repr_html_(self) -> str: ...


MAKERS: dict[str, str] = {}
"""The function that makes the page of a class, or the model of a fit, by the name of the class."""


def made(name: str, *arguments: Any, **options: Any) -> Any:
    """Return what the maker of a name makes; its module is loaded now."""
    module, _, function = MAKERS[name].rpartition(".")
    return getattr(import_module(f"chalkgrad.{module}"), function)(*arguments, **options)


def page_of(result: Any, *arguments: Any, **options: Any) -> Page:
    """Return the page of a result, from the maker of its class."""
    page: Page = made(type(result).__name__, result, *arguments, **options)
    return page


class Paged:
    """A result with a page, in any notation and any format; a notebook shows it."""

    def page(self, notation: Any = None) -> Page:
        """Return the page, to be written, shown, or taken apart.

        Parameters
        ----------
        notation
            A built-in notation's name, a TOML file, or a ``Notation``; the usual one if left out.

        Raises
        ------
        InputError
            There is no such notation.
        """
        return page_of(self) if notation is None else page_of(self, notation)

    def _page(self, notation: Any, options: Mapping[str, Any]) -> Page:
        make: Callable[..., Page] = self.page  # each kind of page has options of its own
        return make(notation, **options)

    def text(self, notation: Any = None, *, width: int = 100, **options: Any) -> str:
        """Write the page as plain text of at most ``width`` columns; the rest as for ``page``."""
        return self._page(notation, options).text(width)

    def latex(self, notation: Any = None, **options: Any) -> str:
        """Write the page as a LaTeX article; parameters as for ``page``."""
        return self._page(notation, options).latex()

    def html(self, notation: Any = None, **options: Any) -> str:
        """Write the page as one HTML file that needs no other; parameters as for ``page``."""
        return self._page(notation, options).html()

    def markdown(self, notation: Any = None, **options: Any) -> str:
        """Write the page as GitHub reads Markdown; parameters as for ``page``."""
        return self._page(notation, options).markdown()

    def typst(self, notation: Any = None, **options: Any) -> str:
        """Write the page for Typst; parameters as for ``page``."""
        return self._page(notation, options).typst()

    def _repr_html_(self) -> str:
        return self.page()._repr_html_()


class Written(Paged):
    """A result whose page is what is kept of it."""

    def save(self, path: str | os.PathLike[str], notation: Any = None, **options: Any) -> None:
        """Write the page into a file, whole or not at all; its suffix says the format.

        Parameters
        ----------
        path
            Its name: ``.txt``, ``.tex``, ``.html``, ``.md``, ``.typ`` or, with the extra ``pdf``, ``.pdf``.
        notation, **options
            As for ``page``.

        Raises
        ------
        InputError
            If the suffix says no format, there is no such notation, or the file cannot be written.
        """
        self._page(notation, options).save(path)


__all__ = ["MAKERS", "Page", "Paged", "Written", "made", "page_of"]
