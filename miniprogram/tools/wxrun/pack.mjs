/** Packs the built dist/ into run/: the same files on WeChat's own component framework, for a browser the size of a phone. */
import { build } from "esbuild";
import { createRequire } from "node:module";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, posix, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { BUILT_IN } from "./tags.mjs";
import { toCss } from "./wxss.mjs";

const { TmplGroup } = createRequire(import.meta.url)("glass-easel-template-compiler");
const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const run = resolve(process.argv[3] ?? join(root, "run"));

function* walk(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield relative(dist, path).replaceAll("\\", "/");
  }
}

const read = (path) => readFileSync(join(dist, path), "utf8");
const stem = (path) => path.replace(/\.\w+$/, "");
const files = [...walk(dist)];
const ending = (extension) => files.filter((file) => file.endsWith(extension));
const app = JSON.parse(read("app.json"));
const problems = [];

/** Paths of components are resolved against the file that names them, and app.json's count everywhere. */
function using(config, path) {
  const found = {};
  for (const [tag, target] of Object.entries({ ...app.usingComponents, ...config.usingComponents })) {
    const where = target.startsWith("/") ? target.slice(1) : posix.join(posix.dirname(path), target);
    if (!files.includes(where + ".wxml")) problems.push(`${path}: <${tag}> names ${where}, which is not there`);
    if (where !== path) found[tag] = "/" + where;
  }
  return found;
}

const configs = {};
for (const path of ending(".json")) {
  if (!files.includes(stem(path) + ".wxml")) continue;
  const config = JSON.parse(read(path));
  configs[stem(path)] = { ...config, usingComponents: using(config, stem(path)) };
}

const group = new TmplGroup();
const templates = ending(".wxml").map(stem);
for (const path of ending(".wxs")) {
  group.addScript(path, read(path));
  group.addScript(stem(path), read(path));
}
for (const path of templates) {
  const text = read(path + ".wxml");
  for (const fault of group.addTmpl(path, text) ?? []) {
    problems.push(`${path}.wxml:${fault.startLine}:${fault.startColumn}: ${fault.message}`);
  }
  const known = new Set([...BUILT_IN, ...Object.keys(configs[path]?.usingComponents ?? {})]);
  for (const [, tag] of text.replace(/<!--[\s\S]*?-->|<wxs[\s\S]*?<\/wxs>/g, "").matchAll(/<([a-z][\w-]*)/g)) {
    if (!known.has(tag)) problems.push(`${path}.wxml: nobody knows <${tag}>`);
  }
}
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}

const scopes = Object.fromEntries(templates.map((path, index) => [path, `c${index}`]));
const isComponent = (path) => configs[path]?.component === true;
const styles = Object.fromEntries(
  ending(".wxss").map((path) => [stem(path), toCss(read(path), isComponent(stem(path)) ? scopes[stem(path)] : "")]),
);
const images = Object.fromEntries(
  files.filter((file) => /\.(png|svg)$/.test(file)).map((file) => ["/" + file, "files/" + file]),
);

const scripts = ending(".js").map((path) => {
  const hidden = "window, document, self, globalThis, fetch, localStorage, XMLHttpRequest";
  return `${JSON.stringify(stem(path))}: function (module, exports, require, wx, App, Page, Component, Behavior, getApp, getCurrentPages, ${hidden}) {\n${read(path)}\n}`;
});
const packed = `
export const app = ${JSON.stringify(app)};
export const configs = ${JSON.stringify(configs)};
export const scopes = ${JSON.stringify(scopes)};
export const styles = ${JSON.stringify(styles)};
export const images = ${JSON.stringify(images)};
export const scripts = {\n${scripts.join(",\n")}\n};
export const templates = ${group.getTmplGenObjectGroups()};
`;

rmSync(run, { recursive: true, force: true });
mkdirSync(run, { recursive: true });
writeFileSync(join(run, "packed.mjs"), packed);
await build({
  entryPoints: [join(here, "runtime.mjs")],
  outfile: join(run, "phone.js"),
  bundle: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  alias: { packed: join(run, "packed.mjs") },
  nodePaths: [join(root, "node_modules")],
  logLevel: "warning",
});
rmSync(join(run, "packed.mjs"));
for (const path of Object.keys(images)) {
  const target = join(run, "files", path);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(dist, path), target);
}
copyFileSync(join(here, "phone.html"), join(run, "index.html"));
console.log(`packed ${templates.length} templates and ${scripts.length} scripts`);
