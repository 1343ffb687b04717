import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../../testing/browser.js";
import { context, Person, type Setting } from "../../testing/person.js";
import { Stack } from "../../testing/stack.js";

let browser: Browser;
let stack: Stack;

beforeAll(async () => {
  [browser, stack] = await Promise.all([launch(), Stack.start()]);
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Somebody who opens the descriptions, and is told of nothing in the console. */
async function reader(setting?: Setting): Promise<Person> {
  const somebody = await context(browser, setting);
  const person = new Person(somebody, await somebody.newPage());
  // Nothing is loaded from anywhere else.
  person.page.on("request", request => {
    if (!request.url().startsWith(stack.url) && !request.url().startsWith("data:")) {
      person.said.push(request.url());
    }
  });
  await person.page.goto(`${stack.url}/api/docs`);
  return person;
}

const SETTINGS: Record<string, Setting> = {
  "on a desk": { viewport: { width: 1280, height: 800 } },
  "on a phone in the dark": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
};

it.each(Object.entries(SETTINGS))("shows every route and every event %s", async (_, setting) => {
  const person = await reader(setting);
  const { page } = person;
  await page.getByRole("heading", { name: /^Live chat/ }).waitFor();
  const routes = page.locator(".opblock-summary-path");
  await routes.getByText("/api/conversations/{id}/transfer", { exact: true }).waitFor();
  const openapi = await (await fetch(`${stack.url}/api/openapi.json`)).json();
  const methods = Object.values<object>(openapi.paths).flatMap(path => Object.keys(path));
  await expect.poll(() => routes.count()).toBe(methods.length);

  await page.getByRole("link", { name: "WebSocket" }).click();
  await page.getByRole("heading", { name: "Operations" }).waitFor();
  const asyncapi = await (await fetch(`${stack.url}/api/asyncapi.json`)).json();
  for (const operation of Object.keys(asyncapi.operations)) {
    await page.locator(`[id^="operation-"][id$="-${operation}"]`).waitFor();
  }
  await person.leave();
});

it("is read on a phone without going sideways, and in the dark without a light", async () => {
  const person = await reader(SETTINGS["on a phone in the dark"]);
  const { page } = person;
  const look = () =>
    page.evaluate(() => ({
      width: document.documentElement.scrollWidth,
      paper: getComputedStyle(document.body).backgroundColor,
      isTurned: getComputedStyle(document.documentElement).filter.startsWith("invert"),
    }));
  const route = page.locator("#operations-conversations-putConversationsIdTransfer");
  await route.locator(".opblock-summary-control").click();
  await route.locator(".responses-table").first().waitFor();
  expect(await look()).toEqual({ width: 390, paper: "rgb(28, 32, 34)", isTurned: false });
  await page.getByRole("link", { name: "WebSocket" }).click();
  await page.getByRole("heading", { name: "Operations" }).waitFor();
  expect(await look()).toEqual({ width: 390, paper: "rgb(255, 255, 255)", isTurned: true });
  await person.leave();
});

it("tries a route", async () => {
  const person = await reader();
  const { page } = person;
  const route = page.locator("#operations-pages-getHealth");
  await route.locator(".opblock-summary-control").click();
  await route.getByRole("button", { name: "Try it out" }).click();
  await route.getByRole("button", { name: "Execute" }).click();
  await route.locator(".live-responses-table").getByText('"version"').waitFor();
  await person.leave();
});
