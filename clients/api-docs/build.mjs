// Builds the pages that show the descriptions of the API to where the `pages` function serves them from: Swagger UI
// for HTTP, AsyncAPI's own viewer for the events, with a document that is parsed here, since the parser makes code
// of schemas, which no policy should allow.

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { Parser, stringify } from "@asyncapi/parser";
import specifications from "@asyncapi/specs";
import { build } from "esbuild";
import { gzipSync } from "fflate";

const here = new URL(".", import.meta.url);
const described = new URL("../../functions/pages/assets/api/", here);
const target = new URL("docs/", described);
/** The severity of what makes a document none. */
const ERROR = 0;

const { document, diagnostics } = await new Parser().parse(
  await readFile(new URL("asyncapi.json", described), "utf8"),
);
const errors = diagnostics.filter(({ severity }) => severity === ERROR);
if (!document || errors.length > 0) {
  throw new Error(JSON.stringify(errors, undefined, 2));
}

/** What checks documents stays out of the page: it makes code, and knows every version of AsyncAPI by heart. */
const withoutChecks = {
  name: "without-checks",
  setup({ onLoad, onResolve }) {
    const parser = new URL("src/parser.ts", here).pathname;
    onResolve({ filter: /^@asyncapi\/parser(\/cjs|$)/ }, ({ path, importer }) =>
      importer.endsWith("/helpers/parser.js")
        ? { path, external: true, sideEffects: false }
        : { path: parser },
    );
    onResolve({ filter: /^@stoplight\/|^@asyncapi\/.*-schema-parser$/ }, ({ path }) => ({
      path,
      external: true,
      sideEffects: false,
    }));
    onLoad({ filter: /@asyncapi\/specs\/index\.js$/ }, () => ({
      contents: JSON.stringify({
        schemas: Object.fromEntries(Object.keys(specifications.schemas).map(version => [version, {}])),
      }),
      loader: "json",
    }));
  },
};

await rm(target, { recursive: true, force: true });
await mkdir(target);
await writeFile(new URL("events.json", target), stringify(document));
const { metafile, outputFiles } = await build({
  entryPoints: ["http", "events"].map(name => new URL(`src/${name}.ts`, here).pathname),
  entryNames: "[name]-[hash]",
  outdir: target.pathname,
  bundle: true,
  write: false,
  format: "esm",
  minify: true,
  metafile: true,
  target: "es2022",
  define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
  plugins: [withoutChecks],
  legalComments: "eof",
  charset: "utf8",
  logLevel: "warning",
});
const left = Object.values(metafile.outputs)
  .flatMap(({ imports }) => imports)
  .filter(({ path }) => !path.startsWith("data:"));
if (left.length > 0) {
  throw new Error(`The page would load ${left.map(({ path }) => path)}`);
}
for (const { path, contents } of outputFiles) {
  // Of one writing everywhere, which zlib's is not: the gate compares.
  const packed = gzipSync(contents, { level: 9, mtime: 0 });
  await writeFile(new URL(`${basename(path)}.gz`, target), packed);
  process.stdout.write(`${String(packed.length).padStart(7)}  ${basename(path)}.gz\n`);
}

const page = await readFile(new URL("src/page.html", here), "utf8");
for (const [name, title, address] of [
  ["http", "the HTTP API", "/api/docs"],
  ["events", "the WebSocket", "/api/docs/events.html"],
]) {
  const [script, { cssBundle }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith(`${name}.ts`),
  );
  await writeFile(
    new URL(`${name}.html`, target),
    page
      .replace("TITLE", title)
      .replace("STYLE", basename(cssBundle))
      .replace("SCRIPT", basename(script))
      .replace(`href="${address}"`, `href="${address}" aria-current="page"`),
  );
}
