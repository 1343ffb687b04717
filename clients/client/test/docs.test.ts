import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { Stack } from "../../testing/stack.js";

const page = new URL("../../../docs/client.md", import.meta.url);
const folder = new URL("./documented/", import.meta.url);
const examples = [...(await readFile(page, "utf8")).matchAll(/^```ts\n(.*?)^```/gms)].map(
  ([, code]) => code ?? "",
);

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start();
  await mkdir(folder, { recursive: true });
}, 600_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await stack.stop();
}, 60_000);

it.each(examples.map((code, index) => [index, code] as const))(
  "example %i of docs/client.md runs",
  async (index, code) => {
    const said = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const file = new URL(`example-${index}.ts`, folder);
    const { host } = new URL(stack.url);
    await writeFile(
      file,
      code.replaceAll("@livechat/client", "../../src/index.js").replaceAll("localhost:5000", host),
    );
    await import(file.href);
    said.mockRestore();
  },
);

it("there are examples", () => {
  expect(examples.length).toBeGreaterThan(4);
});
