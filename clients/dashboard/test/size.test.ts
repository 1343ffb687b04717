import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";

const BUILT = new URL("../../../functions/pages/assets/dashboard/", import.meta.url);
/** In bytes, gzipped. */
const MOST = 120_000;

it("is small: all that it may ever load, gzipped", async () => {
  const names = await readdir(BUILT);
  const sizes = await Promise.all(
    names.map(async name => gzipSync(await readFile(new URL(name, BUILT))).length),
  );
  const size = sizes.reduce((sum, size) => sum + size, 0);
  process.stdout.write(`${names.length} files, ${size} bytes\n`);
  expect(size).toBeLessThan(MOST);
});
