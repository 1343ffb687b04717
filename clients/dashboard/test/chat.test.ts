import { outgoing, VisitorChat } from "@livechat/client";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch } from "../../testing/browser.js";
import { picture } from "../../testing/person.js";
import { Stack } from "../../testing/stack.js";
import { Visitor } from "../../testing/visitor.js";
import { type Account, call, login, PASSWORD, register, Worker } from "./support.js";

let stack: Stack;
let browser: Browser;
/** The super administrator, and two agents. */
let sue: Account;
let ada: Account;
let bob: Account;

beforeAll(async () => {
  stack = await Stack.start({ LIMITS: "off" });
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await stack.stop();
});

const demo = () => `${stack.url}/demo`;
const row = (page: Page, name: string) => page.locator(".rows a", { hasText: name });
const log = (page: Page) => page.getByRole("log");
const composer = (page: Page) => page.locator(".composer textarea");
const act = (page: Page, name: string) => page.locator(".head").getByRole("button", { name, exact: true });

/** What is shown of messages, in order. */
async function messages(page: Page): Promise<string[]> {
  return (await log(page).locator(".bubble").allInnerTexts()).map(text => text.trim());
}

async function say(page: Page, content: string): Promise<void> {
  await composer(page).fill(content);
  await composer(page).press("Enter");
}

/** Whether an element is in what its log shows. */
function isInSight(element: Element): boolean {
  const own = element.getBoundingClientRect();
  const log = element.closest("[role=log]")?.getBoundingClientRect();
  return log !== undefined && own.top >= log.top && own.bottom <= log.bottom;
}

/** A visitor who says something, by the client alone. */
async function guest(name: string, ...contents: string[]): Promise<VisitorChat> {
  const chat = new VisitorChat({ url: stack.url, name });
  chat.connect();
  for (const content of contents) {
    chat.send(outgoing(content));
  }
  await new Promise<void>(resolve => {
    const look = () => {
      if (chat.state.get().messages.length >= contents.length) {
        stop();
        resolve();
      }
    };
    const stop = chat.state.subscribe(look);
  });
  return chat;
}

describe("the first one who comes", () => {
  it("becomes the administrator, and is in the inbox", async () => {
    const worker = await Worker.open(browser, stack.url);
    const { page } = worker;
    await page.getByRole("heading", { name: "Welcome" }).waitFor();
    await worker.expectAccessible();
    await page.getByLabel("Name").fill("Sue");
    await page.getByLabel("Email").fill("sue@example.com");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByText("Nobody waits.", { exact: false }).waitFor();
    await worker.expectAccessible();
    await page.reload();
    await page.getByText("Nobody waits.", { exact: false }).waitFor();
    await worker.leave();
    sue = await login(stack.url, "sue@example.com");
    ada = await register(stack.url, "Ada");
    bob = await register(stack.url, "Bob");
  });

  it("is told when the password is wrong, and keeps what it typed", async () => {
    const worker = await Worker.open(browser, stack.url);
    const { page } = worker;
    await page.getByLabel("Email").fill("sue@example.com");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("alert").getByText("The email or the password is wrong.").waitFor();
    await expect.poll(() => page.getByLabel("Email").inputValue()).toBe("sue@example.com");
    await worker.expectAccessible();
    worker.expects(/status of 4/);
    await worker.leave();
  });
});

describe("a conversation", () => {
  it("goes from the visitor's first word to its rating, on both sides", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const b = await Worker.signedIn(browser, stack.url, bob.email);
    const vic = await Visitor.come(browser, demo(), { viewport: { width: 900, height: 700 } });
    await vic.open();
    await vic.say("Is the fern there?");
    await Promise.all([
      row(a.page, "Is the fern there?").waitFor(),
      row(b.page, "Is the fern there?").waitFor(),
    ]);
    await row(a.page, "Is the fern there?").click();
    await log(a.page).getByText("Is the fern there?").waitFor();
    await a.expectAccessible();
    await act(a.page, "Take").click();
    await row(b.page, "Is the fern there?").waitFor({ state: "detached" });
    await vic.dialog.getByRole("heading", { name: "Ada" }).waitFor();
    await vic.dialog.getByText(/Read$/).waitFor();

    await composer(a.page).pressSequentially("It");
    await vic.sees("Ada is typing …");
    await say(a.page, "It is.\nShall I keep it for you?");
    await vic.sees("It is.\nShall I keep it for you?");
    await log(a.page)
      .getByText(/^Read$/)
      .waitFor();
    await vic.field.pressSequentially("Yes");
    await log(a.page)
      .getByText(/is typing …$/)
      .waitFor();
    await vic.say("Yes, please: https://shop.example/fern");
    await log(a.page).getByRole("link", { name: "https://shop.example/fern" }).waitFor();
    await expect
      .poll(() => messages(a.page))
      .toEqual([
        "Is the fern there?",
        "It is.\nShall I keep it for you?",
        "Yes, please: https://shop.example/fern",
      ]);
    // What one looks at is read.
    await row(a.page, "Yes, please").locator(".badge").waitFor({ state: "detached" });
    await row(a.page, "Yes, please").locator(".waiting").waitFor();
    await picture(a.page, "dashboard-conversation");

    await act(a.page, "Resolve").click();
    await log(a.page).getByText("You resolved the conversation", { exact: false }).waitFor();
    await vic.dialog.getByRole("radio", { name: "4 stars" }).check();
    await vic.dialog.getByRole("button", { name: "Rate" }).click();
    await a.page.getByRole("complementary").getByText("4 stars").waitFor();
    await vic.say("One more thing.");
    await log(a.page)
      .getByText(/opened the conversation again/)
      .waitFor();
    await act(a.page, "Close").click();
    const asked = a.page.getByRole("dialog");
    await a.expectAccessible();
    const closing = asked.getByRole("button", { name: "Close", exact: true }).last();
    await a.page.route("**/close", route => route.fulfill({ status: 500, json: { code: "internal" } }));
    await closing.click();
    await asked.getByRole("alert").waitFor();
    a.expects(/status of 500/);
    await a.page.unroute("**/close");
    await closing.click();
    await log(a.page).getByText("You closed the conversation", { exact: false }).waitFor();
    await expect.poll(() => composer(a.page).count()).toBe(0);
    await a.expectAccessible();
    for (const person of [a, b, vic]) {
      await person.leave();
    }
  });

  it("that two agents take at once is one's, and the other one is told whose", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const b = await Worker.signedIn(browser, stack.url, bob.email);
    const chat = await guest("Twice", "Who takes me?");
    for (const { page } of [a, b]) {
      await row(page, "Twice").click();
      await act(page, "Take").waitFor();
    }
    // Both have pressed before either has heard of the other one.
    await Promise.all(
      [a, b].map(({ page }) => act(page, "Take").evaluate(button => (button as HTMLElement).click())),
    );
    const loser = await Promise.any(
      [a, b].map(async worker => {
        await worker.page.getByRole("alert").getByText("has just taken it.", { exact: false }).waitFor();
        return worker;
      }),
    );
    const winner = loser === a ? b : a;
    const name = winner === a ? "Ada" : "Bob";
    await loser.page.getByText(`${name} has just taken it.`).waitFor();
    await loser.page.getByText(`${name} holds it`, { exact: false }).waitFor();
    await winner.page.getByText("You hold it", { exact: false }).waitFor();
    chat.disconnect();
    loser.expects(/status of 4/);
    await a.leave();
    await b.leave();
  });

  it("is handed over with a note to somebody who is there, and shows what happened", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const b = await Worker.signedIn(browser, stack.url, bob.email);
    const chat = await guest("Hanna", "I want to speak to Bob.");
    await row(a.page, "Hanna").click();
    await act(a.page, "Take").click();
    await act(a.page, "Give to …").click();
    const dialog = a.page.getByRole("dialog");
    await dialog
      .getByText(/Online · holds \d/)
      .first()
      .waitFor();
    await a.expectAccessible();
    await picture(a.page, "dashboard-give");
    await dialog.getByRole("radio", { name: /Bob/ }).check();
    await dialog.getByLabel("A note for them (optional)").fill("She knows you.");
    await dialog.getByRole("button", { name: "Give to …" }).click();
    await log(a.page).getByText("You handed the conversation over to Bob", { exact: false }).waitFor();
    await b.go("#/inbox/mine");
    await row(b.page, "Hanna").click();
    await log(b.page).getByText("Ada handed the conversation over to You", { exact: false }).waitFor();
    await log(b.page).getByText("She knows you.").waitFor();
    chat.disconnect();
    await a.leave();
    await b.leave();
  });

  it("is noted of: priority, tags and notes are the same for everybody", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const b = await Worker.signedIn(browser, stack.url, bob.email);
    const chat = await guest("Norah", "Please note this.");
    for (const { page } of [a, b]) {
      await row(page, "Norah").click();
    }
    const [details, others] = [a, b].map(({ page }) => page.getByRole("complementary"));
    await details?.getByLabel("Priority").selectOption("high");
    await details?.getByLabel("Add a tag").fill("plants");
    await details?.getByLabel("Add a tag").press("Enter");
    await details?.getByLabel("Notes").fill("Likes ferns.");
    await details?.getByRole("button", { name: "Save" }).first().click();
    await others?.getByText("plants").waitFor();
    await row(b.page, "Norah").getByText("High").waitFor();
    await expect.poll(() => others?.getByLabel("Notes").inputValue()).toBe("Likes ferns.");
    await details?.getByLabel("Add a tag").fill("ferns");
    await details?.getByLabel("Add a tag").press("Enter");
    await others?.getByText("ferns").waitFor();
    await details?.getByRole("button", { name: "Remove plants" }).click();
    await others?.getByText("plants").waitFor({ state: "detached" });
    chat.disconnect();
    await a.leave();
    await b.leave();
  });

  it("offers responses after a slash, with the names in them, by the keyboard alone", async () => {
    await call(stack.url, ada.token, "POST", "/api/canned-responses", {
      title: "Greeting",
      content: "Hello {{visitor.name}}, I am {{agent.name}}.",
      shortcut: "hi",
    });
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const chat = await guest("Carl", "Hello?");
    await row(a.page, "Carl").click();
    await log(a.page).getByText("Hello?").waitFor();
    await a.page.keyboard.press("Escape");
    await log(a.page).focus();
    await a.page.keyboard.press("r");
    await a.page.keyboard.type("/hi");
    await a.page.getByRole("option", { name: /Greeting/ }).waitFor();
    await a.expectAccessible();
    await a.page.keyboard.press("Enter");
    await expect.poll(() => composer(a.page).inputValue()).toBe("Hello Carl, I am Ada.");
    await a.page.keyboard.press("Enter");
    await log(a.page).getByText("Hello Carl, I am Ada.").waitFor();
    await expect.poll(() => chat.state.get().messages.at(-1)?.content).toBe("Hello Carl, I am Ada.");
    chat.disconnect();
    await a.leave();
  });

  it("of a long history is there back to the first word, and stays where one reads it", async () => {
    const contents = Array.from({ length: 180 }, (_, index) => `Line ${index + 1}`);
    const chat = await guest("Lena", ...contents);
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    await row(a.page, "Lena").click();
    await log(a.page).getByText("Line 180", { exact: true }).waitFor();
    const first = () => log(a.page).locator(".bubble").first().textContent();
    await expect
      .poll(async () => {
        await log(a.page).evaluate(element => element.scrollTo(0, 0));
        return first();
      })
      .toBe("Line 1");
    await expect.poll(() => messages(a.page)).toEqual(contents);
    await log(a.page).evaluate(element => element.scrollTo(0, 1_500));
    const place = () => log(a.page).evaluate(element => element.scrollTop);
    const before = await place();
    chat.send(outgoing("Line 181"));
    await a.page.getByRole("button", { name: "1 new message" }).waitFor();
    expect(await place()).toBe(before);
    await a.page.getByRole("button", { name: "1 new message" }).click();
    await expect.poll(async () => (await messages(a.page)).at(-1)).toBe("Line 181");
    chat.disconnect();
    await a.leave();
  });
});

describe("what was typed", () => {
  it("stays a draft over another conversation and a reload", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const one = await guest("Draft One", "One");
    const other = await guest("Draft Two", "Two");
    await row(a.page, "Draft One").click();
    await composer(a.page).fill("Half a sent");
    await row(a.page, "Draft Two").click();
    await log(a.page).getByText("Two", { exact: true }).waitFor();
    expect(await composer(a.page).inputValue()).toBe("");
    await a.page.reload();
    await row(a.page, "Draft One").click();
    await expect.poll(() => composer(a.page).inputValue()).toBe("Half a sent");
    one.disconnect();
    other.disconnect();
    await a.leave();
  });

  it("is sent when the live chat is back, once and in order, and the other side's is there, too", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const chat = await guest("Rita", "Before");
    await row(a.page, "Rita").click();
    await log(a.page).getByText("Before", { exact: true }).waitFor();
    await stack.halt();
    await a.page.getByText("No connection.", { exact: false }).waitFor();
    await say(a.page, "While it was away, one");
    await say(a.page, "While it was away, two");
    await a.expectAccessible();
    await expect.poll(() => log(a.page).getByText("Sending …").count()).toBe(2);
    await stack.run();
    await log(a.page).getByText("Sending …").first().waitFor({ state: "detached" });
    await expect.poll(() => chat.state.get().messages.length).toBe(3);
    chat.send(outgoing("After"));
    await log(a.page).getByText("After", { exact: true }).waitFor();
    const contents = ["Before", "While it was away, one", "While it was away, two", "After"];
    await expect.poll(() => log(a.page).getByText("Sending …").count()).toBe(0);
    expect(await messages(a.page)).toEqual(contents);
    expect(chat.state.get().messages.map(({ content }) => content)).toEqual(contents);
    chat.disconnect();
    a.expects(/WebSocket connection|ERR_CONNECTION_REFUSED/);
    await a.leave();
  });

  it("is still there when the session has ended, and the same person signs in again", async () => {
    const eve = await register(stack.url, "Eve");
    const a = await Worker.signedIn(browser, stack.url, eve.email);
    const chat = await guest("Sam", "Are you there?");
    await row(a.page, "Sam").click();
    await composer(a.page).fill("Yes, I am h");
    await call(stack.url, sue.token, "PUT", `/api/auth/users/${eve.id}/password`, { newPassword: PASSWORD });
    const dialog = a.page.getByRole("dialog");
    await dialog.getByText("You have been signed out").waitFor();
    await a.expectAccessible();
    await expect.poll(() => dialog.getByLabel("Email").inputValue()).toBe(eve.email);
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => composer(a.page).inputValue()).toBe("Yes, I am h");
    await composer(a.page).press("End");
    await a.page.keyboard.type("ere.");
    await a.page.keyboard.press("Enter");
    await expect.poll(() => chat.state.get().messages.at(-1)?.content).toBe("Yes, I am here.");
    chat.disconnect();
    a.expects(/status of 4/);
    await a.leave();
  });
});

describe("a session", () => {
  it("that is over while the connection is open is another one's after signing in, and what was sent goes out", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const chat = await guest("Over", "Still there?");
    await row(a.page, "Over").click();
    await log(a.page).getByText("Still there?").waitFor();
    const refusal = { message: "The token has expired", code: "unauthorized" };
    await a.page.route("**/api/canned-responses", route => route.fulfill({ status: 401, json: refusal }));
    await composer(a.page).fill("/h");
    const dialog = a.page.getByRole("dialog");
    await dialog.getByText("You have been signed out").waitFor();
    await a.page.unroute("**/api/canned-responses");
    await dialog.getByLabel("Password").fill(PASSWORD);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    await say(a.page, "Yes, still.");
    await expect.poll(() => chat.state.get().messages.at(-1)?.content).toBe("Yes, still.");
    chat.disconnect();
    a.expects(/status of 401/);
    await a.leave();
  });
});

describe("the inbox", () => {
  it("shows the same on two dashboards within a second, whoever changed it", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const s = await Worker.signedIn(browser, stack.url, sue.email);
    await a.go("#/inbox/all");
    await s.go("#/inbox/all");
    const chat = await guest("Live", "First");
    await Promise.all([a, s].map(({ page }) => row(page, "Live").getByText("First").waitFor()));
    chat.send(outgoing("Second"));
    await Promise.all([a, s].map(({ page }) => row(page, "Live").getByText("Second").waitFor()));
    await row(a.page, "Live").click();
    await act(a.page, "Take").click();
    await row(s.page, "Live").getByText("Ada").waitFor();
    await act(a.page, "Resolve").click();
    await row(s.page, "Live").getByText("Resolved").waitFor();
    chat.disconnect();
    await row(s.page, "Live").getByText("On the site").waitFor({ state: "detached" });
    await picture(s.page, "dashboard-inbox");
    await a.leave();
    await s.leave();
  });

  it("finds names and what was said, and narrows by status, priority, tag and agent", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const chat = await guest("Quentin", "The aubergine is purple.");
    await a.go("#/inbox/all");
    await a.page.keyboard.press("/");
    await a.page.keyboard.type("quent");
    await row(a.page, "Quentin").waitFor();
    await expect.poll(() => a.page.locator(".rows a").count()).toBe(1);
    await a.page.getByLabel("Search names, emails, tags, messages").fill("auberg");
    const found = a.page.getByRole("region", { name: "In messages" });
    await found.getByRole("link", { name: /aubergine/ }).click();
    await log(a.page).getByText("The aubergine is purple.").waitFor();
    await a.page.getByLabel("Search names, emails, tags, messages").fill("Line 7");
    await found.getByRole("link", { name: /Line 7$/ }).click();
    // However long ago it was said, it is in sight.
    await expect.poll(() => log(a.page).getByText("Line 7", { exact: true }).evaluate(isInSight)).toBe(true);
    await a.expectAccessible();
    await a.page.getByLabel("Search names, emails, tags, messages").fill("");
    await a.page.getByRole("button", { name: "Filters" }).click();
    await a.page.getByLabel("Status").selectOption("closed");
    await row(a.page, "Quentin").waitFor({ state: "detached" });
    await a.page.getByLabel("Status").selectOption("pending");
    await row(a.page, "Quentin").waitFor();
    await a.page.getByRole("search").getByLabel("Priority").selectOption("high");
    await row(a.page, "Norah").waitFor();
    await row(a.page, "Quentin").waitFor({ state: "detached" });
    await a.page.getByRole("button", { name: "Clear filters" }).click();
    await row(a.page, "Quentin").waitFor();
    await a.page.getByLabel("Tag", { exact: true }).fill("ferns");
    await a.page.getByLabel("Tag", { exact: true }).press("Enter");
    await row(a.page, "Norah").waitFor();
    await row(a.page, "Quentin").waitFor({ state: "detached" });
    await a.page.getByRole("button", { name: "Clear filters" }).click();
    await a.page.getByLabel("Agent").selectOption({ label: "Bob" });
    await row(a.page, "Hanna").waitFor();
    await a.page.getByRole("button", { name: "Clear filters" }).click();
    await a.page.getByLabel("Order").selectOption("waiting");
    const rows = a.page.locator(".rows a");
    // Who was answered waits no longer: each one in the list has not been.
    await row(a.page, "Hanna").waitFor();
    await expect
      .poll(async () => (await rows.count()) === (await rows.locator(".waiting").count()))
      .toBe(true);
    await a.expectAccessible();
    chat.disconnect();
    await a.leave();
  });

  it("is gone through with the keys", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    const other = await guest("Other", "Another one");
    const chat = await guest("Keys", "Through with the keys");
    await row(a.page, "Keys").waitFor();
    await a.page.keyboard.press("j");
    await log(a.page).getByText("Through with the keys").waitFor();
    await a.page.keyboard.press("j");
    await log(a.page).getByText("Through with the keys").waitFor({ state: "detached" });
    await a.page.keyboard.press("k");
    await log(a.page).getByText("Through with the keys").waitFor();
    await a.page.keyboard.press("?");
    await a.page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await a.expectAccessible();
    await a.page.keyboard.press("Escape");
    await a.page.getByRole("dialog").waitFor({ state: "detached" });
    await a.page.keyboard.press("t");
    await a.page.getByText("You hold it", { exact: false }).waitFor();
    await a.page.keyboard.press("e");
    await log(a.page).getByText("You resolved the conversation", { exact: false }).waitFor();
    chat.disconnect();
    other.disconnect();
    await a.leave();
  });

  it("opens a conversation that is not there as such", async () => {
    const a = await Worker.signedIn(browser, stack.url, ada.email);
    await a.go("#/inbox/all/ffffffffffffffffffffffff");
    await a.page.getByText("This conversation is not there.").waitFor();
    await a.go("#/inbox/all/%F0%9F");
    await a.page.getByText("Choose a conversation.").waitFor();
    a.expects(/status of 4/);
    await a.leave();
  });
});

describe.each([
  ["phone", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }],
  ["dark", { colorScheme: "dark" as const }],
  ["arabic", { locale: "ar" }],
  ["german", { locale: "de-DE" }],
])("%s", (name, setting) => {
  it("shows the list and a conversation as it should", async () => {
    const chat = await guest(`On ${name}`, "How does it look?");
    const a = await Worker.signedIn(browser, stack.url, ada.email, setting);
    await row(a.page, `On ${name}`).waitFor();
    await a.expectAccessible();
    const isWider = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
    await expect.poll(() => a.page.evaluate(isWider)).toBe(false);
    await row(a.page, `On ${name}`).click();
    await log(a.page).getByText("How does it look?").waitFor();
    await a.expectAccessible();
    await expect.poll(() => a.page.evaluate(isWider)).toBe(false);
    if (name !== "german") {
      await picture(a.page, `dashboard-${name}`);
    }
    chat.disconnect();
    await a.leave();
  });
});

it("tells by the browser what comes while nobody looks, once that is wanted", async () => {
  const a = await Worker.open(browser, stack.url);
  await a.context.grantPermissions(["notifications"], { origin: stack.url });
  await a.page.addInitScript(() => {
    const shown: string[] = [];
    Object.assign(window, { shown });
    window.Notification = class extends EventTarget {
      static readonly permission = "granted";
      static readonly requestPermission = async () => "granted";
      constructor(title: string, options?: NotificationOptions) {
        super();
        shown.push(`${title}: ${options?.body}`);
      }
    } as unknown as typeof Notification;
  });
  await a.page.reload();
  await a.signIn(ada.email);
  await a.go("#/oneself");
  await a.page.getByLabel("Notifications of the browser").check();
  const shown = () => a.page.evaluate(() => (window as unknown as { shown: string[] }).shown);
  const seen = await guest("Seen", "While she looks");
  await a.go("#/inbox/unassigned");
  await row(a.page, "While she looks").waitFor();
  const cdp = await a.context.newCDPSession(a.page);
  await cdp.send("Emulation.setFocusEmulationEnabled", { enabled: false });
  await a.page.evaluate(() => {
    document.hasFocus = () => false;
  });
  const unseen = await guest("Unseen", "While she does not");
  await expect.poll(shown).toContain("New conversation: Unseen: While she does not");
  expect(await shown()).not.toContain("New conversation: Seen: While she looks");

  await a.page.evaluate(() => {
    window.Notification = class {
      static readonly permission = "granted";
      constructor() {
        throw new TypeError("Illegal constructor");
      }
    } as unknown as typeof Notification;
  });
  const unshown = await guest("Unshown", "Where the browser cannot");
  await row(a.page, "Where the browser cannot").waitFor();
  await a.go("#/oneself");
  await expect.poll(() => a.page.getByLabel("Notifications of the browser").isChecked()).toBe(false);
  unshown.disconnect();
  seen.disconnect();
  unseen.disconnect();
  await a.leave();
});

it("shows a place no longer when the role that has it is taken away", async () => {
  const { id: max, email } = await register(stack.url, "Max");
  await call(stack.url, sue.token, "PUT", `/api/auth/users/${max}`, { role: "admin" });
  const m = await Worker.signedIn(browser, stack.url, email);
  await m.go("#/team");
  await m.page.getByRole("row", { name: /Max/ }).getByText("Online").waitFor();
  await call(stack.url, sue.token, "PUT", `/api/auth/users/${max}`, { role: "agent" });
  await m.page.getByText("Your role does not show this place.").waitFor();
  await expect.poll(() => m.page.getByRole("link", { name: "Team" }).count()).toBe(0);
  await m.expectAccessible();
  m.expects(/status of 4/);
  await m.leave();
});
