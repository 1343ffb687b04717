import { expect, it } from "vitest";
import { fill, plural } from "../src/i18n.js";

it("puts numbers and names into texts as the language does", () => {
  const forms = { one: "{n} a", few: "{n} b", many: "{n} c", other: "{n} d" };
  const polish = { locale: "pl" };
  expect([1, 3, 5].map(count => plural(polish, forms, count))).toEqual(["1 a", "3 b", "5 c"]);
  expect(plural({ locale: "de" }, forms, 12_345)).toBe("12.345 d");
  expect(fill("{name} is {a}", { name: "{a}" })).toBe("{a} is ");
});
