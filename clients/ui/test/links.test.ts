import { expect, it } from "vitest";
import { parts } from "../src/links.js";

it.each([
  ["see https://a.example/b?c=d#e.", ["https://a.example/b?c=d#e"]],
  ["(http://a.example), and HTTPS://B.example/ü!", ["http://a.example", "HTTPS://B.example/ü"]],
  ["javascript:alert(1) data:text/html,x file:///etc/passwd //a.example", []],
  ["https:// http://", []],
  ["nothing", []],
])("the addresses in “%s” are %j", (text, addresses) => {
  const found = parts(text);
  expect(found.flatMap(({ href }) => href ?? [])).toEqual(addresses);
  expect(found.map(part => part.text).join("")).toBe(text);
});
