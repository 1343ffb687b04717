// Builds the dashboard to where the `pages` function serves it from: a page, and what it loads, by names that say
// what is in them.

import { readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const target = new URL("../../functions/pages/assets/dashboard/", here);

await rm(target, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: [new URL("src/main.tsx", here).pathname],
  entryNames: "app-[hash]",
  chunkNames: "[name]-[hash]",
  outdir: target.pathname,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  metafile: true,
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
});
const [script, { cssBundle }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint);
const page = await readFile(new URL("src/index.html", here), "utf8");
await writeFile(
  new URL("index.html", target),
  page.replace("app.css", basename(cssBundle)).replace("app.js", basename(script)),
);
for (const [name, { bytes }] of Object.entries(metafile.outputs)) {
  process.stdout.write(`${String(bytes).padStart(7)}  ${basename(name)}\n`);
}
