// Load pages in Chromium as a phone and a desk show them, light and dark, and say what cannot be read.
//
//   node tools/look.mjs MODULES SHOTS PAGE.html...
//
// MODULES holds playwright-core and axe-core; SHOTS is a folder for pictures, or "-".  One line of JSON a
// fault: {"page", "view", "what", "where"}.  The exit status is 0; who calls judges.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, shots, ...pages] = process.argv.slice(2);
const require = createRequire(join(modules, "node_modules", "-"));
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const measures = readFileSync(new URL("measures.js", import.meta.url), "utf8");

const DEVICES = [{ device: "phone", width: 390, height: 844 }, { device: "desk", width: 1200, height: 900 }];
const MARGIN = { top: "18mm", bottom: "18mm", left: "16mm", right: "16mm" };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
const tell = (page, view, what, where) => console.log(JSON.stringify({ page, view, what, where }));

async function look(browser, file) {
  const name = `${basename(dirname(file))}-${basename(file, ".html")}`;
  const page = await browser.newPage();
  for (const { device, width, height } of DEVICES) {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme: "light" });
    await page.goto(pathToFileURL(file).href);
    await page.evaluate(measures);
    for (const { what, where } of await page.evaluate("unreadable()")) tell(name, device, what, where);
    await page.evaluate(axe);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      for (const { id, nodes } of violations)
        for (const node of nodes) tell(name, `${device} ${colorScheme}`, `axe: ${id}`, `${node.html.slice(0, 160)} ${node.failureSummary.replaceAll("\n", " ").slice(0, 240)}`);
      if (shots !== "-") await page.screenshot({ path: join(shots, `${name}-${device}-${colorScheme}.png`), fullPage: true });
    }
  }
  if (shots !== "-") await page.pdf({ path: join(shots, `${name}.pdf`), format: "A4", margin: MARGIN });
  await page.close();
}

for (const file of pages) await look(browser, file);
await browser.close();
