import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { launch } from "../../testing/browser.js";
import { complaints } from "../../testing/compiler.js";
import { Site } from "../../testing/page-server.js";
import { context, Person } from "../../testing/person.js";
import { Stack } from "../../testing/stack.js";

const page = await readFile(new URL("../../../docs/client.md", import.meta.url), "utf8");
const folder = new URL("./documented/", import.meta.url);
const written = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code]) => code ?? "");
const examples = written("ts");

let site: Site;
let stack: Stack;

beforeAll(async () => {
  site = await Site.open();
  stack = await Stack.start({ CORS_ORIGIN: site.origin });
  await mkdir(folder, { recursive: true });
}, 600_000);
afterAll(async () => {
  await rm(folder, { recursive: true });
  await stack.stop();
  site.close();
}, 60_000);

it("every example of docs/client.md compiles", () => {
  expect(complaints([...examples, ...written("tsx")], { folder: fileURLToPath(folder) })).toEqual([]);
});

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

it("the example for React chats", async () => {
  const [code] = written("tsx");
  await writeFile(new URL("react.tsx", folder), code ?? "");
  const { outputFiles } = await build({
    stdin: {
      contents: `import { StrictMode } from "react";
        import { createRoot } from "react-dom/client";
        import { Chat } from "./react.tsx";
        const root = createRoot(document.querySelector("main"));
        root.render(<StrictMode><Chat url="${stack.url}" /></StrictMode>);`,
      loader: "tsx",
      resolveDir: fileURLToPath(folder),
    },
    bundle: true,
    write: false,
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"development"' },
  });
  const browser = await launch();
  const somebody = await context(browser);
  const person = new Person(somebody, await somebody.newPage());
  // React tells of its developer tools.
  person.expects(/React DevTools/);
  await person.page.goto(site.serve("/react", { html: "<title>React</title><main></main>" }));
  await person.page.addScriptTag({ content: outputFiles[0]?.text ?? "" });
  for (const content of ["Is anybody there?", "Hello?"]) {
    await person.page.getByLabel("Message").fill(content);
    await person.page.getByRole("button", { name: "Send" }).click();
  }
  // What is stored has a side that it is from.
  const stored = person.page.locator("li.visitor");
  await stored.nth(1).waitFor();
  expect(await stored.allTextContents()).toEqual(["Is anybody there?", "Hello?"]);
  await person.page.getByRole("status").getByText("online").waitFor();
  await person.leave();
  await browser.close();
});
