import { readFile } from "node:fs/promises";
import { outgoing, VisitorChat, type VisitorState } from "@livechat/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../../testing/browser.js";
import { picture } from "../../testing/person.js";
import { Stack } from "../../testing/stack.js";
import { Visitor } from "../../testing/visitor.js";
import { type Account, register, Worker } from "./support.js";

let stack: Stack;
let browser: Browser;
/** The super administrator, and an agent. */
let sue: Account;
let ada: Account;
const guests: VisitorChat[] = [];

beforeAll(async () => {
  stack = await Stack.start({ LIMITS: "off" });
  browser = await launch();
  sue = await register(stack.url, "Sue");
  ada = await register(stack.url, "Ada");
});
afterAll(async () => {
  for (const guest of guests) {
    guest.disconnect();
  }
  await browser.close();
  await stack.stop();
});

/** What the browser itself says of an answer that is no success. */
const REFUSED = /the server responded with a status of (400|404|409)/;

const at = (page: string) => `https://shop.example/${page}`;

/** Waits until a visitor's page shows something. */
async function until(chat: VisitorChat, isSo: (state: VisitorState) => boolean): Promise<VisitorState> {
  return new Promise(resolve => {
    const look = () => {
      const state = chat.state.get();
      if (isSo(state)) {
        stop();
        resolve(state);
      }
    };
    const stop = chat.state.subscribe(look);
    look();
  });
}

/** A visitor who comes, by the client alone. */
async function comes(name: string, page: string, email?: string): Promise<VisitorChat> {
  const chat = new VisitorChat({ url: stack.url, name, ...(email !== undefined && { email }) });
  guests.push(chat);
  chat.page(at(page), `The page ${page}`);
  chat.connect();
  await until(chat, ({ connection }) => connection.status === "online");
  return chat;
}

/** Somebody who has the visitors before it. */
async function looks(
  { email }: Account,
  setting: Parameters<typeof Worker.signedIn>[3] = {},
): Promise<Worker> {
  const worker = await Worker.signedIn(browser, stack.url, email, setting);
  await worker.go("#/visitors");
  await worker.page.getByRole("heading", { level: 1, name: "Visitors" }).waitFor();
  return worker;
}

const row = (page: Page, text: string) => page.locator(".visitors-list tbody tr", { hasText: text });
const link = (page: Page, name: string) =>
  page.locator(".visitors-list").getByRole("link", { name, exact: true });
const panel = (page: Page) => page.locator(".visitors-one");
const button = (page: Page, name: string) => panel(page).getByRole("button", { name, exact: true });
const dialog = (page: Page) => page.getByRole("dialog");

/** Opens a visitor of the list. */
async function choose(page: Page, name: string): Promise<void> {
  await link(page, name).click();
  await panel(page).getByRole("heading", { level: 2, name }).waitFor();
}

/** Answers what is asked once more. */
async function confirm(page: Page, answer: string): Promise<void> {
  await dialog(page).getByRole("button", { name: answer, exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
}

it("shows a visitor when it comes, where it goes, and that it goes", async () => {
  const worker = await looks(ada);
  await worker.page.getByText("Nobody is on the site.").waitFor();
  await worker.expectAccessible();
  const vic = await Visitor.come(browser, `${stack.url}/demo`);
  await vic.open();
  await worker.page.getByText("1 visitor on the site").waitFor();
  await row(worker.page, "/demo").waitFor();
  await row(worker.page, "Chrome").waitFor({ state: "attached" });
  await worker.expectAccessible();
  await vic.page.evaluate("history.pushState(null, '', '/demo?ferns'); document.title = 'Ferns'");
  await row(worker.page, "/demo?ferns").waitFor();
  await vic.leave();
  await worker.page.getByText("Nobody is on the site.").waitFor();
  await worker.leave();
});

describe.concurrent("who is on the site", () => {
  it("is shown beside the list with all that is known, as it is by now", async ({ expect }) => {
    const vic = await comes("Victoria", "ferns", "vic@example.com");
    const worker = await looks(ada);
    await choose(worker.page, "Victoria");
    const shown = panel(worker.page);
    await shown.getByText("On the site").waitFor();
    await expect
      .poll(() => shown.getByRole("link", { name: "vic@example.com" }).getAttribute("href"))
      .toBe("mailto:vic%40example.com");
    const page = shown.getByRole("link", { name: "shop.example/ferns" });
    await expect.poll(() => page.getAttribute("href")).toBe(at("ferns"));
    await expect.poll(() => page.getAttribute("rel")).toContain("noopener noreferrer");
    await shown.getByText("There has been no conversation yet.").waitFor();
    await worker.expectAccessible();
    vic.page(at("prices"), "The page prices");
    await shown.getByRole("link", { name: "The page prices" }).waitFor();
    vic.page(at("palms"), "The page palms");
    await shown.getByRole("link", { name: "The page palms" }).waitFor();
    await shown.getByText("Pages before").waitFor();
    vic.send(outgoing("Is the palm there?"));
    const conversation = shown.getByRole("link", { name: "Is the palm there?" });
    await conversation.waitFor();
    await picture(worker.page, "dashboard-visitors");
    await expect.poll(() => conversation.getAttribute("href")).toMatch(/^#\/inbox\/all\/[0-9a-f]{24}$/);
    vic.disconnect();
    await shown.getByText("Not on the site").waitFor();
    await worker.expectAccessible();
    await worker.leave();
  });

  it("is drawn only where something has changed, so that hundreds do not stutter", async () => {
    const worker = await Worker.signedIn(browser, stack.url, ada.email);
    const visitors = Array.from({ length: 300 }, (_, number) => ({
      _id: number.toString(16).padStart(24, "0"),
      name: `Visitor ${number}`,
      email: null,
      isOnline: true,
      currentPage: at("many"),
      country: null,
      city: null,
      browser: "Firefox",
      os: "Linux",
      lastSeen: new Date().toISOString(),
    }));
    await worker.page.route("**/api/visitors?*", route =>
      route.fulfill({ json: { visitors, currentPage: 1, nextCursor: null } }),
    );
    await worker.go("#/visitors");
    await row(worker.page, "Visitor 299").waitFor({ state: "attached" });
    const vic = await comes("Among many", "many");
    await row(worker.page, "Among many").waitFor();
    await worker.page.evaluate(() => {
      const drawn = new Set<string>();
      Object.assign(window, { drawn });
      const rowOf = (node: Node) =>
        (node instanceof Element ? node : node.parentElement)?.closest("tr")?.querySelector("a")?.textContent;
      const observer = new MutationObserver(records => {
        for (const { target, addedNodes, removedNodes } of records) {
          for (const node of [target, ...addedNodes, ...removedNodes]) {
            const row = rowOf(node);
            if (row) {
              drawn.add(row);
            }
          }
        }
      });
      const all = { subtree: true, childList: true, attributes: true, characterData: true };
      observer.observe(document.querySelector(".visitors-list") ?? document, all);
    });
    vic.page(at("few"));
    await row(worker.page, "shop.example/few").waitFor();
    vic.disconnect();
    await row(worker.page, "Among many").waitFor({ state: "detached" });
    const drawn: string[] = await worker.page.evaluate("[...drawn]");
    expect(drawn).toContain("Among many");
    expect(drawn.filter(name => /^Visitor \d/.test(name))).toEqual([]);
    await worker.leave();
  });

  it("is found by name or email whether it is there or not, page by page", async () => {
    const there = await comes("Crowd Here", "crowd", "here@example.com");
    const away = await comes("Crowd Away", "crowd", "away@example.com");
    away.disconnect();
    const worker = await looks(ada);
    await worker.page.keyboard.press("/");
    await worker.page.keyboard.type("crowd");
    await worker.page.getByText("2 visitors found", { exact: true }).waitFor();
    await worker.expectAccessible();
    await worker.page.getByRole("searchbox").fill("away@");
    await worker.page.getByText("1 visitor found", { exact: true }).waitFor();
    await choose(worker.page, "Crowd Away");
    await panel(worker.page).getByText("Not on the site").waitFor();
    await worker.page.getByRole("searchbox").fill("there is nobody of this name");
    await worker.page.getByText("Nobody was found.").waitFor();
    await worker.expectAccessible();

    await worker.page.route("**/api/visitors?q=*", async route => {
      const answer = await route.fetch({ url: `${stack.url}/api/visitors?q=crowd` });
      const { visitors, ...page } = await answer.json();
      const isLast = route.request().url().includes("cursor=next");
      const nextCursor = isLast ? null : "next";
      await route.fulfill({ json: { ...page, visitors: [visitors[isLast ? 1 : 0]], nextCursor } });
    });
    await worker.page.getByRole("searchbox").fill("by pages");
    await worker.page.getByText("1 visitor found, and there are more").waitFor();
    await worker.page.getByRole("button", { name: "Show more" }).click();
    await worker.page.getByText("2 visitors found", { exact: true }).waitFor();
    there.disconnect();
    await worker.leave();
  });

  it("is chosen with the keyboard alone; on a phone it is there instead of the list, with a way back", async ({
    expect,
  }) => {
    await comes("Phoebe", "phone");
    const worker = await looks(ada, {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    const phoebe = link(worker.page, "Phoebe");
    await phoebe.focus();
    await worker.page.keyboard.press("Enter");
    await panel(worker.page).getByRole("heading", { name: "Phoebe" }).waitFor();
    await phoebe.waitFor({ state: "hidden" });
    await worker.expectAccessible();
    await expect
      .poll(() => worker.page.evaluate(() => document.activeElement?.className))
      .toBe("visitors-one");
    await worker.page.keyboard.press("Tab");
    await worker.page.keyboard.press("Enter");
    await phoebe.waitFor();
    await expect.poll(() => phoebe.evaluate(link => link === document.activeElement)).toBe(true);
    const isScrolling = await worker.page.evaluate(
      () => document.documentElement.scrollWidth > window.innerWidth,
    );
    expect(isScrolling).toBe(false);
    await worker.leave();
  });
});

describe.concurrent("what an agent does about a visitor", () => {
  it("is to write who it is; what cannot be taken is said at its field, and nothing is lost", async ({
    expect,
  }) => {
    await comes("Edith", "edit");
    const worker = await looks(ada);
    worker.expects(REFUSED);
    await choose(worker.page, "Edith");
    await button(worker.page, "Edit").click();
    const shown = panel(worker.page);
    await expect
      .poll(() => shown.getByLabel("Name").evaluate(field => field === document.activeElement))
      .toBe(true);
    await shown.getByLabel("Name").fill("Edith Clarke");
    await shown.getByLabel("Email").fill("not an email");
    await shown.getByLabel("City").fill("Ulm");
    await button(worker.page, "Save").click();
    await shown.getByText("This is no email address.").waitFor();
    await worker.expectAccessible();
    await expect.poll(() => shown.getByLabel("Name").inputValue()).toBe("Edith Clarke");
    await shown.getByLabel("Email").fill("edith@example.com");
    await button(worker.page, "Save").click();
    await shown.getByRole("heading", { name: "Edith Clarke" }).waitFor();
    await shown.getByText("Ulm").waitFor();
    await row(worker.page, "edith@example.com").waitFor();
    await expect
      .poll(() => button(worker.page, "Edit").evaluate(edit => edit === document.activeElement))
      .toBe(true);
    await worker.leave();
  });

  it("is to ban it with a reason, and to let it in again", async ({ expect }) => {
    const chat = await comes("Rude", "rude");
    const worker = await looks(ada);
    await choose(worker.page, "Rude");
    await button(worker.page, "Ban").click();
    await dialog(worker.page).getByLabel("How long").selectOption("7 days");
    await dialog(worker.page).getByLabel("Reason").fill("Spam");
    await worker.expectAccessible();
    await confirm(worker.page, "Ban");
    const shown = panel(worker.page);
    await shown.getByText(/^Banned until/).waitFor();
    await shown.getByText("Reason: Spam").waitFor();
    await shown.getByText(/By .*Ada/).waitFor();
    await worker.expectAccessible();
    await until(chat, ({ connection }) => connection.status === "refused");
    await button(worker.page, "Lift the ban").click();
    await confirm(worker.page, "Lift the ban");
    await shown.getByText(/^Banned until/).waitFor({ state: "detached" });
    await expect
      .poll(() => button(worker.page, "Ban").evaluate(ban => ban === document.activeElement))
      .toBe(true);
    await worker.leave();
  });

  it("is not to export or erase it, which is not shown", async ({ expect }) => {
    await comes("Private", "private");
    const worker = await looks(ada);
    await choose(worker.page, "Private");
    await button(worker.page, "Ban").waitFor();
    expect(await button(worker.page, "Export data").count()).toBe(0);
    expect(await button(worker.page, "Erase").count()).toBe(0);
    await worker.leave();
  });
});

describe.concurrent("what an administrator does about a visitor", () => {
  it("is to save all that is stored of it as one file", async () => {
    const chat = await comes("Exa", "export", "exa@example.com");
    chat.send(outgoing("To be exported"));
    await until(chat, ({ messages }) => messages.length === 1);
    const worker = await looks(sue);
    await choose(worker.page, "Exa");
    await button(worker.page, "Export data").click();
    await worker.expectAccessible();
    const [download] = await Promise.all([
      worker.page.waitForEvent("download"),
      confirm(worker.page, "Export"),
    ]);
    expect(download.suggestedFilename()).toMatch(/^visitor-[0-9a-f]{24}\.json$/);
    const exported = JSON.parse(await readFile(await download.path(), "utf8"));
    expect(exported).toMatchObject({
      visitor: { name: "Exa", email: "exa@example.com" },
      conversations: [{ messages: [{ content: "To be exported" }] }],
    });
    await worker.leave();
  });

  it("is to save a conversation that comes in parts in one piece", async () => {
    await comes("Parta", "parts");
    const worker = await looks(sue);
    const part = (content: string, nextCursor: string | null) => ({
      visitor: { name: "Parta" },
      conversations: [{ conversation: { _id: "1" }, messages: [{ content }], events: [] }],
      nextCursor,
      exportedAt: "2026-01-31T09:30:00.000Z",
    });
    await worker.page.route("**/export*", route =>
      route.fulfill({
        json: route.request().url().includes("cursor=more") ? part("two", null) : part("one", "more"),
      }),
    );
    await choose(worker.page, "Parta");
    await button(worker.page, "Export data").click();
    const [download] = await Promise.all([
      worker.page.waitForEvent("download"),
      confirm(worker.page, "Export"),
    ]);
    const { conversations } = JSON.parse(await readFile(await download.path(), "utf8"));
    expect(conversations).toEqual([
      { conversation: { _id: "1" }, messages: [{ content: "one" }, { content: "two" }], events: [] },
    ]);
    await worker.leave();
  });

  it("is to erase it, after which only a ban can be lifted", async () => {
    const chat = await comes("Ephemera", "erase");
    chat.send(outgoing("To be forgotten"));
    await until(chat, ({ messages }) => messages.length === 1);
    const worker = await looks(sue);
    worker.expects(REFUSED);
    await choose(worker.page, "Ephemera");
    await button(worker.page, "Erase").click();
    await dialog(worker.page).getByText("This cannot be undone.").waitFor();
    await worker.expectAccessible();
    await confirm(worker.page, "Erase for good");
    const shown = panel(worker.page);
    await shown.getByRole("heading", { name: "Erased" }).waitFor();
    await row(worker.page, "Ephemera").waitFor({ state: "detached" });
    await shown.getByRole("link", { name: "Closed" }).waitFor();
    await worker.expectAccessible();
    await button(worker.page, "Lift the ban").click();
    await dialog(worker.page).getByRole("button", { name: "Lift the ban" }).click();
    await dialog(worker.page).getByText("There is no ban.").waitFor();
    await worker.leave();
  });
});

describe.concurrent("a conversation that an agent starts", () => {
  it("begins with a message that the visitor gets, and is the agent's", async () => {
    const vic = await Visitor.come(browser, `${stack.url}/demo`);
    await vic.open();
    const worker = await looks(ada);
    await row(worker.page, "/demo").getByRole("link").click();
    await button(worker.page, "Start a conversation").click();
    await worker.expectAccessible();
    await dialog(worker.page).getByLabel("Message").fill("May I help you?");
    await dialog(worker.page).getByRole("button", { name: "Send" }).click();
    await vic.sees("May I help you?");
    await worker.page.waitForURL(/#\/inbox\/mine\/[0-9a-f]{24}$/);
    await worker.page.getByRole("log").getByText("May I help you?").waitFor();
    await vic.say("Yes, please");
    await worker.page.getByRole("log").getByText("Yes, please").waitFor();
    await vic.leave();
    await worker.leave();
  });

  it("is not started where the visitor was faster: it is said, with the way there", async ({ expect }) => {
    const chat = await comes("Faster", "fast");
    const worker = await looks(ada);
    worker.expects(REFUSED);
    await choose(worker.page, "Faster");
    await button(worker.page, "Start a conversation").click();
    await dialog(worker.page).getByLabel("Message").fill("May I help you?");
    chat.send(outgoing("I was first"));
    await until(chat, ({ messages }) => messages.length === 1);
    await dialog(worker.page).getByRole("button", { name: "Send" }).click();
    await dialog(worker.page).getByText("The visitor has an open conversation already.").waitFor();
    await expect.poll(() => dialog(worker.page).getByLabel("Message").inputValue()).toBe("May I help you?");
    await worker.expectAccessible();
    await dialog(worker.page).getByRole("link", { name: "Go to the conversation" }).click();
    await worker.page.getByRole("log").getByText("I was first").waitFor();
    await worker.leave();
  });
});

it.concurrent.for([
  ["de", "Besucher auf der Website", "ltr"],
  ["ar", "على الموقع", "rtl"],
] as const)("speaks %s", async ([locale, count, direction], { expect }) => {
  await comes(`Polyglot ${locale}`, "languages");
  const worker = await Worker.signedIn(browser, stack.url, sue.email, { locale, colorScheme: "dark" });
  await worker.go("#/visitors");
  await worker.page.getByText(count).first().waitFor();
  await link(worker.page, `Polyglot ${locale}`).click();
  await panel(worker.page)
    .getByRole("heading", { name: `Polyglot ${locale}` })
    .waitFor();
  await expect.poll(() => worker.page.evaluate(() => document.documentElement.dir)).toBe(direction);
  await worker.expectAccessible();
  await worker.leave();
});
