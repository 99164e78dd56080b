// What of a page cannot be read: run inside the page; unreadable() returns [{what, where}].

const SMALLEST = 10; // pixels of a letter
const SLACK = 2; // pixels that a letter may stand out of its box; a tall formula's ink three times that

const words = (node) => node.textContent.replace(/\s+/g, " ").trim().slice(0, 60);
const named = (element) => `${element.tagName.toLowerCase()}${element.getAttribute("class") ? "." + element.getAttribute("class") : ""}: ${words(element)}`;

function texts(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (node.data.trim() && !parent.closest("style, title, script, desc") && parent.checkVisibility()) found.push(node);
  }
  return found;
}

function rectsOf(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  return [...range.getClientRects()].filter((r) => r.width > 0.5 && r.height > 0.5);
}

/** The part of an ancestor that can be seen, by scrolling if it scrolls. */
function reach(box) {
  const style = getComputedStyle(box);
  const r = box.getBoundingClientRect();
  const scrolls = (value) => value === "auto" || value === "scroll";
  const hides = (value) => value === "hidden" || value === "clip";
  const far = 1e9;
  return {
    left: scrolls(style.overflowX) ? r.left + box.clientLeft - box.scrollLeft : hides(style.overflowX) ? r.left : -far,
    right: scrolls(style.overflowX) ? r.left + box.clientLeft - box.scrollLeft + box.scrollWidth : hides(style.overflowX) ? r.right : far,
    top: scrolls(style.overflowY) ? r.top : hides(style.overflowY) ? r.top : -far,
    bottom: scrolls(style.overflowY) ? r.top + box.clientTop + box.scrollHeight : hides(style.overflowY) ? r.bottom : far,
  };
}

function clipped(node) {
  const rects = rectsOf(node);
  if (!rects.length) return "no letter is drawn";
  for (let box = node.parentElement; box && box !== document.documentElement; box = box.parentElement) {
    const seen = reach(box);
    for (const r of rects)
      if (r.left < seen.left - SLACK || r.right > seen.right + SLACK || r.top < seen.top - 3 * SLACK || r.bottom > seen.bottom + 3 * SLACK)
        return `cut off by ${box.tagName.toLowerCase()}.${box.className.baseVal ?? box.className}`;
  }
  const token = node.parentElement.closest("mtext, mi, mn, mo");
  if (token && new Set(rects.map((r) => Math.round(r.top))).size > 1) return "a formula's text is broken into lines";
  const svg = node.parentElement.closest("svg");
  if (svg) {
    const frame = svg.getBoundingClientRect();
    if (rects.some((r) => r.left < frame.left - SLACK || r.right > frame.right + SLACK || r.top < frame.top - SLACK || r.bottom > frame.bottom + SLACK))
      return "outside of its picture";
  }
  return "";
}

function size(node) {
  const element = node.parentElement;
  const shown = parseFloat(getComputedStyle(element).fontSize);
  const svg = element.closest("svg");
  return svg ? shown * svg.getScreenCTM().a : shown;
}

const crosses = (a, b, by) =>
  Math.min(a.right, b.right) - Math.max(a.left, b.left) > by && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > by;

function* overlaps() {
  for (const display of document.querySelectorAll(".cg-display")) yield* among([...display.children].filter((c) => c.textContent.trim()), 3);
  for (const svg of document.querySelectorAll("svg")) yield* among([...svg.querySelectorAll("text")], 3);
  for (const row of document.querySelectorAll("tr")) yield* among([...row.children].filter((c) => c.textContent.trim()), 3);
  for (const block of document.querySelectorAll("main, .cg-columns > div")) yield* among([...block.children], 1);
}

function* among(elements, by) {
  const drawn = elements.map((element) => {
    const all = element.closest("svg") ? [element.getBoundingClientRect()] : texts(element).flatMap(rectsOf);
    return all.length ? { element, left: Math.min(...all.map((r) => r.left)), right: Math.max(...all.map((r) => r.right)), top: Math.min(...all.map((r) => r.top)), bottom: Math.max(...all.map((r) => r.bottom)) } : null;
  }).filter(Boolean);
  for (let i = 0; i < drawn.length; i++)
    for (let k = i + 1; k < drawn.length; k++) {
      const scrolled = drawn[i].element.contains(drawn[k].element) || drawn[i].element.closest(".cg-scroll") !== drawn[k].element.closest(".cg-scroll");
      if (!scrolled && crosses(drawn[i], drawn[k], by)) yield [drawn[i].element, drawn[k].element];
    }
}

/** Rows of a table whose part in view is much lower than the row: blank paper. */
function* blankRows() {
  for (const row of document.querySelectorAll("tr")) {
    const frame = (row.closest(".cg-scroll") ?? document.body).getBoundingClientRect();
    const inView = [...row.children].filter((cell) => cell.getBoundingClientRect().left < frame.right - 20);
    const tall = (cell) => { const r = texts(cell).flatMap(rectsOf); return r.length ? Math.max(...r.map((x) => x.bottom)) - Math.min(...r.map((x) => x.top)) : 0; };
    const most = Math.max(...inView.map(tall));
    if (row.getBoundingClientRect().height > 2.5 * most + 40) yield row;
  }
}

function unreadable() {
  const found = [];
  const tell = (what, where) => found.push({ what, where });
  const root = document.scrollingElement;
  if (root.scrollWidth > innerWidth) tell(`the page is ${root.scrollWidth} wide`, "");
  for (const node of texts(document.body)) {
    const what = clipped(node);
    if (what) tell(what, words(node));
    const pixels = size(node);
    if (pixels < SMALLEST - 0.05) tell(`letters of ${pixels.toFixed(1)} px`, `${words(node)} in ${node.parentElement.closest("svg, math, table, p, main").tagName}`);
  }
  for (const [a, b] of overlaps()) tell("overlaps", `${named(a)} / ${named(b)}`);
  for (const row of blankRows()) tell("a row is mostly blank", words(row));
  for (const cell of document.querySelectorAll(".cg-number"))
    if (new Set(texts(cell).flatMap(rectsOf).map((r) => Math.round(r.bottom / 8))).size > 2 && !cell.querySelector("math") && cell.tagName === "TD") tell("a number wraps", words(cell));
  for (const token of document.querySelectorAll("td > [class$='-mark']"))
    if (token.nextElementSibling && Math.abs(token.nextElementSibling.getBoundingClientRect().top - token.getBoundingClientRect().top) > 2) tell("marks wrap", words(token.parentElement));
  return found;
}
