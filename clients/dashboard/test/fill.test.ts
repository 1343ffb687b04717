import { expect, it } from "vitest";
import { fillIn } from "../src/responses/fill.js";

const PEOPLE = { visitor: { name: "Vic", email: "vic@example.com" }, agent: { name: "Ada" } };
const NAMELESS = { visitor: { name: null, email: null }, agent: { name: "Ada" } };

it.each([
  ["Hello {{visitor.name}}, I am {{agent.name}}.", "Hello Vic, I am Ada."],
  ["{{ visitor.name }} <{{visitor.email}}>", "Vic <vic@example.com>"],
  ["{{agent.name}}{{visitor.name}}", "AdaVic"],
  ["{{visitor.shoe}} and {{}} and {visitor.name}", "{{visitor.shoe}} and {{}} and {visitor.name}"],
  ["Nothing", "Nothing"],
])("puts names into %j", (content, filled) => {
  expect(fillIn(content, PEOPLE)).toBe(filled);
});

it.each([
  ["Hello {{visitor.name}}!", "Hello!"],
  ["Hello {{visitor.name}}, how are you?", "Hello, how are you?"],
  ["{{visitor.name}}, are you there?", "are you there?"],
  ["Hello\n{{visitor.name}}: it is ready.", "Hello\nit is ready."],
  ["We write to you ({{visitor.email}}).", "We write to you ()."],
])("leaves no gap where there is no name in %j", (content, filled) => {
  expect(fillIn(content, NAMELESS)).toBe(filled);
});

it("takes a name as it is, whatever is in it", () => {
  const visitor = { name: "$& {{agent.name}}", email: null };
  expect(fillIn("Hello {{visitor.name}}", { ...PEOPLE, visitor })).toBe("Hello $& {{agent.name}}");
});
