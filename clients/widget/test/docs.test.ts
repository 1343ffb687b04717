import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { complaints as complain } from "../../testing/compiler.js";

const PAGE = new URL("../../../docs/widget.md", import.meta.url);
const path = (place: string) => fileURLToPath(new URL(place, import.meta.url));
/** A page's code, beside the types that are served. */
const SURROUNDINGS = {
  folder: path("./"),
  types: [path("../../../functions/pages/assets/widget.d.ts")],
};

const complaints = (...codes: string[]) => complain(codes, SURROUNDINGS);

it("every TypeScript example of docs/widget.md compiles with the types that are served", async () => {
  const page = await readFile(PAGE, "utf8");
  const examples = [...page.matchAll(/^```tsx?\n(.*?)^```/gms)].map(([, code]) => code ?? "");
  expect(examples.length).toBeGreaterThan(1);
  expect(complaints(...examples)).toEqual([]);
});

it("an event, a call, a theme and a setting that the widget does not know do not compile", () => {
  const wrong = [
    `window.livechat?.push(["on", "opened", () => undefined]);`,
    `window.livechat?.push(["opn"]);`,
    `window.livechat?.push(["setTheme", "sepia"]);`,
    `window.livechat?.push(["init", { titel: "Ask us" }]);`,
  ];
  expect(complaints(...wrong)).toHaveLength(wrong.length);
});

it("a call may wait for the script", () => {
  const code = `(window.livechat ??= []).push(["init", { title: "Ask us", ask: ["name"] }]);`;
  expect(complaints(code)).toEqual([]);
});

it("the types say everything that the widget does", () => {
  const calls = ["init", "open", "close", "hide", "show", "send", "identify", "logout", "setLocale"];
  const rest = ["setTheme", "on", "destroy", "push"];
  const code = `type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
    type Known = Exclude<typeof window.livechat, undefined | readonly unknown[]>;
    const same: Same<keyof Known, ${[...calls, ...rest].map(name => `"${name}"`).join(" | ")}> = true;
    console.log(same);`;
  expect(complaints(code)).toEqual([]);
});
