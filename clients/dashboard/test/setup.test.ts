import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch } from "../../testing/browser.js";
import { Stack } from "../../testing/stack.js";
import { PASSWORD, Worker } from "./support.js";

const JWT_SECRET = "the secret of a live chat that strangers can reach";

let stack: Stack;
let browser: Awaited<ReturnType<typeof launch>>;

beforeAll(async () => {
  stack = await Stack.start({ FIRST_USER: "token", REGISTRATION: "admin", JWT_SECRET });
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

it("makes the first account where strangers can reach it for who has the setup token alone, and then no other", async () => {
  const worker = await Worker.open(browser, stack.url);
  const { page } = worker;
  await page.getByLabel("Name").fill("Sue");
  await page.getByLabel("Email").fill("sue@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByLabel("Setup token").fill("a guess");
  await worker.expectAccessible();
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("alert").waitFor();
  await expect.poll(() => page.getByLabel("Name").inputValue()).toBe("Sue");
  await page.getByLabel("Setup token").fill(createHmac("sha256", JWT_SECRET).update("setup").digest("hex"));
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Nobody waits.", { exact: false }).waitFor();
  const other = await Worker.open(browser, stack.url);
  await other.page.getByRole("button", { name: "Sign in", exact: true }).waitFor();
  expect(await other.page.getByRole("button", { name: /Create/ }).count()).toBe(0);
  worker.expects(/status of 403/);
  await worker.leave();
  await other.leave();
});
