"""Drawings inside a page: SVG with nothing in it that could run, load or break out."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

from chalkgrad.notation.writers.html.mathml import quoted

NAMESPACE = "http://www.w3.org/2000/svg"
_ELEMENTS = {
    "svg", "g", "path", "line", "rect", "circle", "ellipse", "polygon", "polyline", "text", "tspan", "defs",
    "marker", "title", "desc", "symbol", "use", "linearGradient", "radialGradient", "stop", "clipPath",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_HARMFUL = re.compile(r"url\s*\(\s*['\"]?(?!#)|expression|javascript|@import|\\", re.IGNORECASE)


class Paint(NamedTuple):
    """A colour on light paper and the one that takes its place on dark paper."""

    light: str
    dark: str = ""


def element(name: str, content: str = "", /, **attributes: object) -> str:
    """Return an element; a colour brings the one that takes its place on dark paper.

    >>> element("path", d="M0 0h5", stroke=Paint("#000", "#fff"), stroke_width=1.5)
    '<path d="M0 0h5" stroke="#000" stroke-width="1.5" style="--dark-stroke:#fff"/>'
    """
    given = {key.replace("_", "-"): value for key, value in attributes.items() if value is not None}
    paints = {key: value for key, value in given.items() if isinstance(value, Paint)}
    dark = [f"--dark-{key}:{paint.dark}" for key, paint in paints.items() if paint.dark]
    if dark:
        given["style"] = ";".join(dark)
    start = f"<{name}" + "".join(f' {key}="{_written(value)}"' for key, value in given.items())
    return f"{start}>{content}</{name}>" if content else f"{start}/>"


def _written(value: object) -> str:
    if isinstance(value, Paint):
        return value.light
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def words(text: str, x: float, y: float, colour: Paint | str, **attributes: object) -> str:
    """Return words with their baseline at y."""
    return element("text", quoted(text), x=x, y=y, fill=colour, **attributes)


def drawing(width: float, height: float, *content: str, title: str = "", **attributes: object) -> str:
    """Return a whole drawing, with a title for those who cannot see it."""
    inner = [element("title", quoted(title)) if title else "", *content]
    size = {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": f"{width:.0f}", "height": f"{height:.0f}"}
    return element("svg", "\n".join(filter(None, inner)), xmlns=NAMESPACE, **size, **attributes) + "\n"


DARK_STYLE = (
    '<style>@media (prefers-color-scheme:dark){[style*="--dark-fill"]{fill:var(--dark-fill)}'
    '[style*="--dark-stroke"]{stroke:var(--dark-stroke)}}</style>'
)
"""For a drawing that stands alone; a page has these rules in its own style."""


def safe_svg(svg: str) -> str | None:
    """Return the drawing with known elements and harmless attributes only, or None if it is not SVG.

    Scripts, event handlers, links, foreign elements and references beyond the drawing are left out.

    >>> safe_svg('<svg xmlns="http://www.w3.org/2000/svg" onload="x()"><script>x()</script><g id="a"/></svg>')
    '<svg><g id="a"/></svg>'
    """
    if "<!" in re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL) or len(svg) > 20_000_000:
        return None  # entities could blow up
    try:
        root = ElementTree.fromstring(svg)
    except (ElementTree.ParseError, ValueError):
        return None
    return _element(root) if _local(root.tag) == "svg" else None


def _local(tag: object) -> str:
    """Return the name of an SVG element, empty for anything else."""
    if not isinstance(tag, str):
        return ""
    space, _, name = tag.rpartition("}")
    return name if space in {"", "{" + NAMESPACE} else ""


def _element(element: ElementTree.Element) -> str:
    name = _local(element.tag)
    attributes = "".join(_attribute(key, value) for key, value in element.attrib.items())
    content = quoted(element.text or "") if (element.text or "").strip() else ""
    for child in element:
        if _local(child.tag) in _ELEMENTS:
            content += _element(child)
        if (child.tail or "").strip():
            content += quoted(child.tail or "")
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


def _attribute(key: str, value: str) -> str:
    space, _, name = key.rpartition("}")
    if name == "href" and value.startswith("#"):
        return f' href="{quoted(value)}"'
    if space or name == "href" or name.lower().startswith("on") or not _NAME.fullmatch(name):
        return ""
    return "" if _HARMFUL.search(value) else f' {name}="{quoted(value)}"'
