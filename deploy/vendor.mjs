// Copies the third-party files that the portal serves from node_modules/ to api/static/vendor/<name>/<version>/,
// each with its licence. Of KERN's style sheet (340 kB) only the tokens and the components in KERN_CLASSES are kept.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const VENDOR = join(ROOT, "api", "static", "vendor");
// What the templates may use of KERN; tests/api/pages/test_pages.py compares. Whoever wants more adds it here.
const KERN_CLASSES = new Set(["btn", "btn--primary", "btn--secondary", "btn--tertiary", "label", "sr-only"]);
const FONTS = ["fira-sans-latin-400-normal.woff2", "fira-sans-latin-600-normal.woff2"];

/** Splits a style sheet into its top-level rules: [prelude, block | null]. Strings and comments are respected. */
function* rules(css) {
  let start = 0, depth = 0, open = -1;
  for (let at = 0; at < css.length; at++) {
    const sign = css[at];
    if (sign === '"' || sign === "'") {
      for (at++; css[at] !== sign; at++) if (css[at] === "\\") at++;
    } else if (css.startsWith("/*", at)) {
      at = css.indexOf("*/", at) + 1;
    } else if (sign === "{") {
      if (depth++ === 0) open = at;
    } else if (sign === "}" && --depth === 0) {
      yield [css.slice(start, open).trim(), css.slice(open + 1, at)];
      start = at + 1;
    } else if (sign === ";" && depth === 0) {
      yield [css.slice(start, at).trim(), null];
      start = at + 1;
    }
  }
}

/** Selectors at commas outside of brackets. */
const selectors = (prelude) => prelude.split(/,(?![^(]*\))/);
const wanted = (selector) => [...selector.matchAll(/\.kern-([\w-]+)/g)].every(([, name]) => KERN_CLASSES.has(name));

function kept(css) {
  let out = "";
  for (const [prelude, block] of rules(css.replace(/\/\*[^]*?\*\//g, ""))) {
    if (block === null) continue; // @charset
    if (prelude.startsWith("@media") || prelude.startsWith("@supports")) {
      const inner = kept(block);
      if (inner) out += `${prelude}{${inner}}`;
    } else if (prelude.startsWith("@")) {
      out += `${prelude}{${block}}`;
    } else {
      const left = selectors(prelude).filter(wanted);
      if (left.length) out += `${left.join(",")}{${block}}`;
    }
  }
  return out;
}

function target(name) {
  const { version } = JSON.parse(readFileSync(join(ROOT, "node_modules", name, "package.json"), "utf8"));
  const folder = join(VENDOR, name.split("/").pop(), version);
  mkdirSync(folder, { recursive: true });
  return [join(ROOT, "node_modules", name), folder, version];
}

rmSync(VENDOR, { recursive: true, force: true });

const [kern, kernTo, version] = target("@kern-ux/native");
const notice = `/* Part of @kern-ux/native ${version}, EUPL-1.2, see LICENSE.md; reduced by deploy/vendor.mjs of Lotse */\n`;
writeFileSync(join(kernTo, "kern.css"), notice + kept(readFileSync(join(kern, "dist", "kern.min.css"), "utf8")));
cpSync(join(kern, "LICENSE.md"), join(kernTo, "LICENSE.md"));

const [fira, firaTo] = target("@fontsource/fira-sans");
for (const font of FONTS) cpSync(join(fira, "files", font), join(firaTo, font));
cpSync(join(fira, "LICENSE"), join(firaTo, "LICENSE"));

const [leaflet, leafletTo] = target("leaflet");
for (const file of ["leaflet.js", "leaflet.css"]) cpSync(join(leaflet, "dist", file), join(leafletTo, file));
cpSync(join(leaflet, "LICENSE"), join(leafletTo, "LICENSE"));
