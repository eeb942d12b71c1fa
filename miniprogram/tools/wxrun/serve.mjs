/** Serves the packed phone on one port: its files, the county's API behind it, and codes from the WeChat emulator. */
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { dirname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [port = "8002", api = "http://127.0.0.1:8000", wechat = "http://127.0.0.1:8001", folder] = process.argv.slice(2);
const run = resolve(folder ?? join(dirname(fileURLToPath(import.meta.url)), "../../run"));
const KINDS = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", png: "image/png", svg: "image/svg+xml" };
const POLICY = "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:";

const collected = (stream) =>
  new Promise((done, failed) => {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => done(Buffer.concat(parts).toString("utf8")));
    stream.on("error", failed);
  });

async function emulator(path, body) {
  const answer = await fetch(wechat + "/_emulator" + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`the emulator said ${answer.status} to ${path}`);
  return answer.json();
}

/** A phone signs in: whoever has no openid yet gets a new phone at the emulator. */
async function login(body) {
  const openid = body || (await emulator("/phones", {})).openid;
  return { openid, code: (await emulator(`/phones/${openid}/login`, {})).js_code };
}

function forward(incoming, response) {
  const url = new URL(incoming.url, api);
  const passed = ask(url, { method: incoming.method, headers: { ...incoming.headers, host: url.host } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  passed.on("error", () => response.destroy());
  incoming.pipe(passed);
}

const server = createServer(async (incoming, response) => {
  const { pathname } = new URL(incoming.url, "http://phone.invalid");
  if (pathname.startsWith("/api/")) return forward(incoming, response);
  try {
    if (incoming.method === "POST" && pathname.startsWith("/wxrun/")) {
      const body = await collected(incoming);
      let told;
      if (pathname === "/wxrun/login") told = await login(body);
      else {
        const { openid, ...choice } = JSON.parse(body);
        told = await emulator(`/phones/${openid}/subscribe`, choice);
      }
      response.writeHead(200, { "content-type": "application/json" });
      return response.end(JSON.stringify(told));
    }
    const path = join(run, normalize(pathname === "/" ? "/index.html" : pathname));
    if (!path.startsWith(run) || !existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": KINDS[path.split(".").at(-1)] ?? "application/octet-stream", "content-security-policy": POLICY, "cache-control": "no-store" });
    createReadStream(path).pipe(response);
  } catch (error) {
    response.writeHead(502, { "content-type": "application/json" });
    response.end(JSON.stringify({ message: error.message }));
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
