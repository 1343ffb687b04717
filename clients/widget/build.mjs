// Builds the widget to where the `pages` function serves it from: `widget.js`, which is small and always asked
// for, and what it loads when it is needed, by names that say what is in them; and `widget.d.ts`, its types.

import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { build } from "esbuild";
import ts from "typescript";

const here = new URL(".", import.meta.url);
const target = new URL("../../functions/pages/assets/", here);
const path = name => new URL(name, here).pathname;
const common = {
  bundle: true,
  minify: true,
  target: "es2022",
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

const css = async name => {
  const { code } = (
    await build({ ...common, entryPoints: [path(`src/${name}`)], write: false })
  ).outputFiles.map(({ text }) => ({ code: text }))[0];
  return JSON.stringify(code.trim());
};

const text = async locale => {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [path(`src/locales/${locale}.ts`)],
    format: "esm",
    write: false,
  });
  const code = Buffer.from(outputFiles[0].text).toString("base64");
  return (await import(`data:text/javascript;base64,${code}`)).default;
};

await rm(new URL("widget/", target), { recursive: true, force: true });
const panel = await build({
  ...common,
  entryPoints: [path("src/panel.tsx")],
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  outdir: new URL("widget/", target).pathname,
  format: "esm",
  splitting: true,
  metafile: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  define: { PANEL_STYLE: await css("panel.css") },
});
const entry = Object.entries(panel.metafile.outputs).find(([, { entryPoint }]) =>
  entryPoint?.endsWith("panel.tsx"),
);

const locales = (await readdir(new URL("src/locales/", here))).map(name => basename(name, ".ts")).sort();
const labels = Object.fromEntries(
  await Promise.all(locales.map(async locale => [locale, (await text(locale)).open])),
);
const loader = await build({
  ...common,
  entryPoints: [path("src/loader.ts")],
  format: "iife",
  write: false,
  define: {
    PANEL: JSON.stringify(`/widget/${basename(entry[0])}`),
    LABELS: JSON.stringify(labels),
    STYLE: await css("launcher.css"),
  },
});
await writeFile(new URL("widget.js", target), loader.outputFiles[0].text);

// What a page calls needs nothing of the rest, so that its declaration stands alone.
const { outputText, diagnostics } = ts.transpileDeclaration(await readFile(path("src/api.ts"), "utf8"), {
  reportDiagnostics: true,
});
if (diagnostics?.length) {
  throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost({})));
}
await writeFile(new URL("widget.d.ts", target), outputText);

const names = await readdir(new URL("widget/", target));
for (const name of names.sort()) {
  const { length } = await readFile(new URL(`widget/${name}`, target));
  process.stdout.write(`${String(length).padStart(7)}  ${name}\n`);
}
