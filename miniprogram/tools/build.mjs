/** Builds src/ into dist/, which is what a county uploads: each script bundled beside its page, all else copied. */
import { build } from "esbuild";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const src = join(root, "src");
const dist = resolve(process.argv[2] ?? join(root, "dist"));
const COPIED = /\.(wxml|wxss|wxs|json|png|svg|mp3)$/;
const LIMIT = 1024 * 1024;

function* walk(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* walk(path);
    else yield relative(src, path).replaceAll("\\", "/");
  }
}

const files = [...walk(src)];
const readJson = (path) => JSON.parse(readFileSync(join(src, path), "utf8"));

/** A template with a json beside it that does not say "component" is a page. */
const stems = files.filter((file) => file.endsWith(".wxml")).map((file) => file.slice(0, -5));
const isComponent = (stem) => existsSync(join(src, stem + ".json")) && readJson(stem + ".json").component === true;
const pages = stems.filter((stem) => existsSync(join(src, stem + ".json")) && !isComponent(stem));

const app = readJson("app.json");
for (const part of app.subPackages) {
  part.pages = pages.filter((page) => page.startsWith(part.root + "/")).map((page) => page.slice(part.root.length + 1));
}
app.subPackages = app.subPackages.filter((part) => part.pages.length > 0);
const inParts = (page) => app.subPackages.some((part) => page.startsWith(part.root + "/"));
const listed = new Set(app.pages);
app.pages = [...app.pages, ...pages.filter((page) => !inParts(page) && !listed.has(page))];

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const file of files.filter((name) => COPIED.test(name) && name !== "app.json")) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(src, file), join(dist, file));
}
writeFileSync(join(dist, "app.json"), JSON.stringify(app, null, 2));

/** Recordings that a county added, audio/<speech>/<page>.mp3: the pages can only know of them by name. */
const recordings = {};
for (const [, speech, page] of files.map((file) => /^audio\/([\w-]+)\/([\w-]+)\.mp3$/.exec(file)).filter(Boolean)) {
  (recordings[speech] ??= []).push(page);
}

/** Shared modules stay single: api/ and lib/ become files of their own, for a module's state must exist once. */
const entries = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !file.endsWith(".test.ts"));
await build({
  entryPoints: entries.map((file) => join(src, file)),
  outdir: dist,
  outbase: src,
  bundle: false,
  format: "cjs",
  target: "es2018",
  charset: "utf8",
  minifySyntax: true,
  define: { RECORDINGS: JSON.stringify(recordings) },
  logLevel: "warning",
});

let size = 0;
for (const folder of [dist]) {
  const count = (path) => {
    for (const name of readdirSync(path)) {
      const inner = join(path, name);
      if (statSync(inner).isDirectory()) count(inner);
      else size += statSync(inner).size;
    }
  };
  count(folder);
}
console.log(`${app.pages.length} pages for families, ${app.subPackages.flatMap((part) => part.pages).length} for cadres, ${Math.ceil(size / 1024)} KB`);
if (size > LIMIT) {
  console.error("The package is larger than 1 MB.");
  process.exit(1);
}
