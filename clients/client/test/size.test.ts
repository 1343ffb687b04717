import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";

it("is under 8 KB without what makes its HTTP calls, and needs nothing else", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL("../src/index.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    external: ["openapi-fetch"],
    write: false,
    metafile: true,
  });
  const [file] = outputFiles;
  expect(gzipSync(file?.contents ?? "").length).toBeLessThan(8 * 1024);
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path));
  expect(imported).toEqual(["openapi-fetch"]);
});
