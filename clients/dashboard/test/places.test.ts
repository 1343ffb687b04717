import { readFile } from "node:fs/promises";
import { answer, api, type Conversation, outgoing, VisitorChat } from "@livechat/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../../testing/browser.js";
import { picture, type Setting } from "../../testing/person.js";
import { Stack } from "../../testing/stack.js";
import { type Account, call, login, PASSWORD, register, Worker } from "./support.js";

let stack: Stack;
let browser: Browser;
/** The super administrator, an administrator, and an agent. */
let sue: Account;
let grace: Account;
let ada: Account;

/** What the browser itself says of an answer that is no success. */
const REFUSED = /the server responded with a status of (401|403|409)/;

beforeAll(async () => {
  stack = await Stack.start({ LIMITS: "off", REGISTRATION: "admin" });
  browser = await launch();
  sue = await register(stack.url, "Sue");
  grace = await make("Grace", "admin");
  ada = await make("Ada");
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

/** Makes an account, as the super administrator does. */
async function make(name: string, role = "agent"): Promise<Account> {
  const email = `${name.toLowerCase()}@example.com`;
  await call(stack.url, sue.token, "POST", "/api/auth/register", { name, email, password: PASSWORD, role });
  return login(stack.url, email);
}

/** Somebody at a place of the dashboard. */
async function at(account: Account, place: string, setting: Setting = {}): Promise<Worker> {
  const worker = await Worker.signedIn(browser, stack.url, account.email, setting);
  await worker.go(`#/${place}`);
  await worker.page.locator(`main.place-${place} h1`).waitFor();
  return worker;
}

const dialog = (page: Page) => page.getByRole("dialog");
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const status = (page: Page) => page.getByRole("main").getByRole("status");
const row = (page: Page, name: string) => page.getByRole("row").filter({ hasText: name });

/** What a button gives to download, as text. */
async function file(page: Page, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  return readFile(await download.path(), "utf8");
}

/** A visitor who starts a conversation; its id. */
async function starts(name: string): Promise<string> {
  const chat = new VisitorChat({ url: stack.url, name });
  chat.connect();
  chat.send(outgoing("Is the fern there?"));
  const id = await new Promise<string>(resolve => {
    const look = () => {
      const { conversation } = chat.state.get();
      if (conversation && chat.state.get().messages.some(message => "seq" in message)) {
        stop();
        resolve(conversation._id);
      }
    };
    const stop = chat.state.subscribe(look);
    look();
  });
  chat.disconnect();
  return id;
}

describe("the figures", () => {
  it("say how it stands, by day as a picture and as a table, and can be had as files", async () => {
    const [first] = await Promise.all([starts("Vic"), starts("Wil")]);
    await call(stack.url, ada.token, "PUT", `/api/conversations/${first}/assign`, {});
    const worker = await at(ada, "figures", { timezoneId: "Europe/Berlin" });
    const { page } = worker;
    const figure = (name: string) => page.locator("dl div").filter({ hasText: name }).locator("dd");
    await figure("Conversations").getByText("2", { exact: true }).waitFor();
    await expect.poll(() => figure("Unassigned").textContent()).toBe("1");
    await expect.poll(() => figure("Active").textContent()).toBe("1");
    await expect.poll(() => figure("Rating").textContent()).toContain("No data yet");
    await page
      .getByRole("img", { name: /^Conversations by day: 2 in all, the most on .+ \(2\)\.$/ })
      .waitFor();
    await expect.poll(() => page.locator(".bars").first().locator("rect.bar").count()).toBe(7);
    await picture(page, "dashboard-figures");

    await expect.poll(() => page.getByLabel("Time zone").inputValue()).toBe("Europe/Berlin");
    await page.getByLabel("Time zone").selectOption("Pacific/Kiritimati");
    await page.getByLabel("Period").selectOption("30days");
    await page.locator(".bars").first().locator("rect.bar").nth(29).waitFor({ state: "attached" });
    await button(page, "As a table").first().click();
    const days = page.getByRole("region", { name: "Conversations by day: Number" });
    await expect.poll(() => days.getByRole("row").count()).toBe(31);
    await worker.expectAccessible();

    const lines = (await file(page, "CSV: Conversations by day")).split("\r\n");
    expect(lines[0]).toBe("\uFEFFDay,Conversations by day");
    expect(lines).toHaveLength(32);
    expect(lines.filter(line => /^\d{4}-\d\d-\d\d,\d+$/.test(line))).toHaveLength(30);
    expect(await file(page, "CSV: Overview")).toContain("Unassigned,1\r\n");
    await worker.leave();
  });

  it("sort agents by each figure, and give a name that looks like a formula as a text", async () => {
    const name = '=HYPERLINK("x"), @M';
    await call(stack.url, sue.token, "PUT", `/api/auth/users/${grace.id}`, { name });
    const worker = await at(ada, "figures");
    const { page } = worker;
    await button(page, "Conversations").click();
    const names = page.locator(".agent-figures tbody th");
    await expect.poll(() => names.first().textContent()).toBe("Ada");
    await expect
      .poll(() => page.getByRole("columnheader", { name: "Conversations" }).getAttribute("aria-sort"))
      .toBe("descending");
    await button(page, "Agent").click();
    await expect.poll(() => names.first().textContent()).toBe(name);
    expect(await file(page, "CSV: Agents")).toContain('"\'=HYPERLINK(""x""), @M",grace@example.com,');
    await call(stack.url, sue.token, "PUT", `/api/auth/users/${grace.id}`, { name: "Grace" });
    await worker.leave();
  });
});

describe("canned responses", () => {
  it("are written, found, changed and deleted; a shortcut that is taken is said beside its field", async () => {
    const worker = await at(ada, "responses");
    worker.expects(REFUSED);
    const { page } = worker;
    await page.getByText("There are no responses yet.").waitFor();
    const write = async (title: string, shortcut: string, category = "") => {
      await button(page, "New response").click();
      await dialog(page).getByLabel("Title").fill(title);
      await dialog(page).getByLabel("Shortcut").fill(shortcut);
      await dialog(page).getByLabel("Category").fill(category);
      await dialog(page).getByLabel("Text", { exact: true }).fill("Hello ");
      await button(page, "Visitor’s name").click();
      await button(page, "Save").click();
    };
    await write("Greeting", "/hello");
    await page.getByText("Hello {{visitor.name}}").waitFor();
    await page.getByRole("heading", { name: "General" }).waitFor();
    await dialog(page).waitFor({ state: "detached" });

    await write("Another greeting", "hello", "Orders");
    await dialog(page).getByText("Another response has this shortcut.").waitFor();
    await worker.expectAccessible();
    await expect.poll(() => dialog(page).getByLabel("Title").inputValue()).toBe("Another greeting");
    await dialog(page).getByLabel("Shortcut").fill("hi");
    await button(page, "Save").click();
    await page.getByRole("heading", { name: "Orders" }).waitFor();
    await worker.expectAccessible();
    await picture(page, "dashboard-responses");

    await button(page, "Edit: Another greeting").click();
    await dialog(page).getByLabel("Title").fill("Second greeting");
    await button(page, "Save").click();
    await button(page, "Edit: Second greeting").waitFor();

    await page.getByRole("searchbox").fill("seco");
    await page.getByRole("heading", { name: /^Greeting/ }).waitFor({ state: "detached" });
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByText("No response begins its words like this.").waitFor();
    await page.getByRole("searchbox").fill("");

    await button(page, "Delete: Second greeting").click();
    await dialog(page).getByText("“Second greeting” is deleted for everybody.").waitFor();
    await button(page, "Delete").click();
    await button(page, "Edit: Second greeting").waitFor({ state: "detached" });
    await worker.leave();
  });

  it("are changed by who wrote them and by administrators alone, and by nobody unseen", async () => {
    const path = "/api/canned-responses";
    const body = { title: "Refund", content: "It is on its way.", shortcut: "refund" };
    const { _id } = (await call(stack.url, sue.token, "POST", path, body)) as { _id: string };
    const agent = await at(ada, "responses");
    await agent.page.getByRole("heading", { name: /^Refund/ }).waitFor();
    expect(await button(agent.page, "Edit: Refund").count()).toBe(0);
    await expect.poll(() => button(agent.page, "Edit: Greeting").count()).toBe(1);
    await agent.leave();

    const admin = await at(grace, "responses");
    admin.expects(REFUSED);
    await button(admin.page, "Edit: Refund").click();
    await dialog(admin.page).locator("textarea").fill("Mine");
    await admin.page.route(`**${path}/${_id}`, route =>
      route.fulfill({
        status: 409,
        json: { code: "conflict", message: "Somebody else changed it meanwhile" },
      }),
    );
    await button(admin.page, "Save").click();
    await dialog(admin.page).getByText("Somebody else has changed it meanwhile.").waitFor();
    await admin.page.unroute(`**${path}/${_id}`);
    await expect.poll(() => dialog(admin.page).locator("textarea").inputValue()).toBe("Mine");
    await button(admin.page, "Save").click();
    await admin.page.getByText("Mine", { exact: true }).waitFor();
    await admin.leave();
  });
});

describe("the team", () => {
  it("is managed by an administrator, who stays who it is, and the log tells of it", async () => {
    const worker = await at(sue, "team");
    worker.expects(REFUSED);
    const { page } = worker;
    await row(page, "Ada").getByText("1 open").waitFor();
    await worker.expectAccessible();
    await picture(page, "dashboard-team");
    const fillIn = async (email: string) => {
      await dialog(page).getByLabel("Name").fill("Bob");
      await dialog(page).getByLabel("Email").fill(email);
      await dialog(page).getByLabel("New password").fill(PASSWORD);
      await button(page, "Create account").click();
    };
    await button(page, "New user").click();
    await fillIn("ada@example.com");
    await dialog(page).getByText("There is an account with this email.").waitFor();
    await worker.expectAccessible();
    await fillIn("bob@example.com");
    await status(page).getByText("Bob can sign in now.").waitFor();
    await login(stack.url, "bob@example.com");
    await expect.poll(() => page.locator(".status-menu .who").textContent()).toContain("Sue");

    await button(page, "Edit: Bob").click();
    await dialog(page).getByLabel("Department").fill("Sales");
    await dialog(page).getByLabel("Role").selectOption("admin");
    await button(page, "Save").click();
    await row(page, "Bob").getByText("Administrator").waitFor();
    await row(page, "Bob").getByText("Sales").waitFor();

    await button(page, "New password: Bob").click();
    await button(page, "Suggest one").click();
    const suggested = await dialog(page).getByLabel("New password").inputValue();
    expect(suggested).toHaveLength(16);
    await button(page, "Save").click();
    await status(page).getByText("Bob has a new password.").waitFor();
    const body = { email: "bob@example.com", password: suggested };
    expect((await answer(api(stack.url).POST("/api/auth/login", { body }))).user.role).toBe("admin");

    await button(page, "Switch off: Bob").click();
    await button(page, "Switch off").click();
    await page.getByRole("heading", { name: "Switched off" }).waitFor();
    await expect(login(stack.url, "bob@example.com")).rejects.toMatchObject({ code: "unauthorized" });
    await button(page, "Switch on: Bob").click();
    await button(page, "Switch on").click();
    await button(page, "Switch off: Bob").waitFor();

    await worker.go("#/log");
    const entry = (action: string) => row(page, "bob@example.com").filter({ hasText: action });
    await entry("Role changed").getByText("Agent → Administrator").waitFor();
    for (const action of [
      "Account created",
      "Password reset",
      "Account switched off",
      "Account switched on",
    ]) {
      await entry(action).getByText("sue@example.com").waitFor();
    }
    await worker.expectAccessible();
    await picture(page, "dashboard-log");
    await page.getByLabel("Action").selectOption("Role changed");
    await entry("Account created").waitFor({ state: "detached" });
    await expect.poll(() => page.getByRole("row").count()).toBe(2);
    await worker.leave();
  });

  it("keeps the last super administrator", async () => {
    const worker = await at(sue, "team");
    worker.expects(REFUSED);
    await button(worker.page, "Edit: Sue").click();
    await dialog(worker.page).getByLabel("Role").selectOption("agent");
    await button(worker.page, "Save").click();
    await dialog(worker.page)
      .getByText("There must be a super administrator, and this is the last one.")
      .waitFor();
    await worker.leave();
  });

  it("shows an administrator nothing that only a super administrator may do", async () => {
    const worker = await at(grace, "team");
    const { page } = worker;
    await button(page, "Edit: Ada").waitFor();
    expect(await row(page, "sue@example.com").getByRole("button").count()).toBe(0);
    await expect.poll(() => row(page, "grace@example.com").getByRole("button").count()).toBe(1);
    await button(page, "Edit: Ada").click();
    await dialog(page).getByLabel("Name").waitFor();
    expect(await dialog(page).getByLabel("Role").count()).toBe(0);
    await worker.leave();
  });

  it("is no place of an agent's, not even by its address", async () => {
    const worker = await at(ada, "oneself");
    const links = worker.page.getByRole("navigation").getByRole("link");
    await worker.page.getByRole("navigation").getByRole("link", { name: "Responses" }).waitFor();
    expect((await links.allInnerTexts()).filter(text => text.includes("Team"))).toEqual([]);
    await worker.go("#/team");
    await worker.page.getByText("Your role does not show this place.").waitFor();
    expect(await worker.page.getByRole("table").count()).toBe(0);
    await worker.leave();
  });
});

describe("the security log", () => {
  it("shows an agent the wrong logins of its own account, and nothing of others", async () => {
    const guesses = [ada, ada, ada, grace].map(({ email }) =>
      api(stack.url).POST("/api/auth/login", { body: { email, password: "not the one" } }),
    );
    await Promise.all(guesses);
    const worker = await at(ada, "figures");
    const { page } = worker;
    await page.getByRole("navigation").getByRole("link", { name: "Security log" }).click();
    await page.getByText("What happened to your account.", { exact: false }).waitFor();
    const failed = row(page, "Sign-in failed");
    await failed.getByText("3 times within an hour").waitFor();
    await expect.poll(() => failed.getByText("× 3").isVisible()).toBe(true);
    const whom = await page.locator("td[data-label=Whom]").allInnerTexts();
    expect(new Set(whom)).toEqual(new Set([ada.email]));
    const actions = await page.getByLabel("Action").getByRole("option").allInnerTexts();
    expect(actions.filter(action => /visitor/i.test(action))).toEqual([]);
    await worker.expectAccessible();
    await worker.leave();

    const admin = await at(grace, "log");
    for (const { email } of [ada, grace]) {
      await row(admin.page, email).filter({ hasText: "Sign-in failed" }).waitFor();
    }
    expect(await row(admin.page, grace.email).getByText("within an hour").count()).toBe(0);
    await admin.leave();
  });

  it("goes on where a page of it ends", async () => {
    const { visitor } = (await call(
      stack.url,
      grace.token,
      "GET",
      `/api/conversations/${await starts("Xan")}`,
    )) as Conversation;
    const bans = Array.from({ length: 55 }, () =>
      call(stack.url, grace.token, "PUT", `/api/visitors/${visitor._id}/ban`, {}),
    );
    await Promise.all(bans);
    const worker = await at(grace, "log");
    const { page } = worker;
    await page.getByLabel("Action").selectOption("Visitor banned");
    await button(page, "Show more").click();
    await button(page, "Show more").waitFor({ state: "detached" });
    await expect.poll(() => row(page, "Visitor banned").count()).toBe(55);
    await worker.leave();
  });
});

describe("oneself", () => {
  it("says from the rail how it is, with the keys alone, and the others see it", async () => {
    const other = await at(sue, "team");
    const worker = await at(ada, "oneself");
    const { page } = worker;
    await row(other.page, "Ada").getByText("Online").waitFor();
    for (const width of [1200, 800, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.locator(".status-menu .who").focus();
      await page.keyboard.press("Enter");
      await page.locator(".status-menu [popover]").waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".status-menu [popover]").waitFor({ state: "hidden" });
    }
    await page.locator(".status-menu .who").focus();
    await page.keyboard.press("Enter");
    await worker.expectAccessible();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await row(other.page, "Ada").getByText("Busy").waitFor();
    await page.locator(".status-menu .who").getByText("Busy").waitFor();
    await page.locator(".status-menu [popover]").waitFor({ state: "hidden" });
    await expect.poll(() => page.evaluate(() => document.activeElement?.className)).toBe("who");
    await page.getByRole("main").getByRole("button", { name: "Online" }).click();
    await row(other.page, "Ada").getByText("Online").waitFor();
    await Promise.all([worker.leave(), other.leave()]);
  });

  it("changes its password, and says when the current one is wrong", async () => {
    const worker = await at(ada, "oneself");
    worker.expects(REFUSED);
    const { page } = worker;
    await worker.expectAccessible();
    await picture(page, "dashboard-oneself");
    await page.getByLabel("Current password").fill("not the one");
    await page.getByLabel("New password").fill("another horse");
    await button(page, "Change password").click();
    await page.getByText("The current password is wrong.").waitFor();
    await expect.poll(() => page.getByLabel("New password").inputValue()).toBe("another horse");
    await page.getByLabel("Current password").fill(PASSWORD);
    await button(page, "Change password").click();
    await page.getByText("Your password has been changed.").waitFor();
    await button(page, "Sign out").first().click();
    await worker.signIn(ada.email, "another horse");
    await worker.leave();
  });

  it("keeps how it looks and which language it speaks, in both directions of writing", async () => {
    const worker = await at(sue, "oneself", { viewport: { width: 390, height: 844 } });
    const { page } = worker;
    await page.getByLabel("Dark").check();
    await page.getByLabel("Language").selectOption("ar");
    await page.getByRole("heading", { level: 1, name: "أنت" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "أنت" }).waitFor();
    const root = page.locator("html");
    await expect.poll(() => root.getAttribute("dir")).toBe("rtl");
    await expect.poll(() => root.getAttribute("data-theme")).toBe("dark");
    for (const place of ["figures", "responses", "team", "log", "oneself"]) {
      await worker.go(`#/${place}`);
      await page.locator(`main.place-${place} h1`).waitFor();
      await expect.poll(() => page.locator("main .empty").count()).toBe(0);
      await worker.expectAccessible();
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: place })
        .toBe(390);
      await expect
        .poll(() => page.locator("main").evaluate(main => main.scrollWidth - main.clientWidth), {
          message: place,
        })
        .toBe(0);
    }
    await page.locator("select").selectOption("");
    await page.getByRole("heading", { level: 1, name: "You" }).waitFor();
    await worker.leave();
  });

  it("has the browser asked for notifications, and says when it forbids them", async () => {
    const worker = await at(sue, "oneself");
    const { page } = worker;
    const choice = page.getByLabel("Notifications of the browser");
    // A browser without a screen has nobody whom it could ask: it forbids them itself, and here somebody answers.
    await page.getByText("Your browser forbids notifications of this page.").waitFor();
    await expect.poll(() => choice.isDisabled()).toBe(true);
    for (const [answer, isShown] of [
      ["denied", false],
      ["granted", true],
    ] as const) {
      await page.addInitScript(answer => {
        const asked = {
          permission: sessionStorage.getItem(answer) ?? "default",
          requestPermission: async () => {
            sessionStorage.setItem(answer, answer);
            asked.permission = answer;
            return answer;
          },
        };
        Object.assign(window, { Notification: asked });
      }, answer);
      await page.reload();
      await page.getByText("When something comes while you look elsewhere.").waitFor();
      await choice.click();
      await expect.poll(() => choice.isDisabled()).toBe(!isShown);
      await expect.poll(() => choice.isChecked()).toBe(isShown);
    }
    await page.reload();
    await page.locator("main.place-oneself h1").waitFor();
    await expect.poll(() => choice.isChecked()).toBe(true);
    await worker.leave();
  });
});
