import { readdir, readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Agent } from "../../testing/agent.js";
import { launch } from "../../testing/browser.js";
import { Site } from "../../testing/page-server.js";
import { picture } from "../../testing/person.js";
import { Stack } from "../../testing/stack.js";
import { Visitor } from "../../testing/visitor.js";

const LOCALES = ["ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"];

let stack: Stack;
let browser: Browser;
let site: Site;
let ada: Agent;

beforeAll(async () => {
  site = await Site.open();
  stack = await Stack.start({ LIMITS: "off", CORS_ORIGIN: site.origin });
  browser = await launch();
  ada = await Agent.register(stack.url, "Ada");
});
afterAll(async () => {
  ada.leave();
  await browser.close();
  site.close();
  await stack.stop();
});

const demo = () => `${stack.url}/demo`;

describe("a chat", () => {
  it("goes from the first word to the rating", async () => {
    const vic = await Visitor.come(browser, demo(), { viewport: { width: 1000, height: 720 } });
    await vic.expectAccessible();
    await vic.open();
    await vic.expectAccessible();
    await vic.say("Is the fern there?\nhttps://shop.example/fern.");
    await vic.dialog.getByText(/Sent$/).waitFor();
    const first = await ada.sees("Is the fern there?\nhttps://shop.example/fern.");
    await expect.poll(() => vic.log.getByRole("link").getAttribute("href")).toBe("https://shop.example/fern");

    const id = first.conversation;
    await ada.assign(id);
    await vic.dialog.getByRole("heading", { name: "Ada" }).waitFor();
    await ada.type(id);
    await vic.sees("Ada is typing …");
    await vic.expectAccessible();
    await ada.read(first);
    await vic.dialog.getByText(/Read$/).waitFor();
    await ada.say(id, "It is.");
    await vic.sees("It is.");
    await vic.say("I take it.");
    await ada.sees("I take it.");
    await vic.dialog.getByText(/Sent$/).waitFor();
    await picture(vic.page, "chat");
    await expect
      .poll(() => vic.messages())
      .toEqual(["Is the fern there?\nhttps://shop.example/fern.", "It is.", "I take it."]);

    await ada.resolve(id);
    await vic.sees("This conversation has been resolved. Write if you need anything else.");
    await vic.expectAccessible();
    await vic.say("One more thing");
    await ada.sees("One more thing");
    await ada.close(id);
    await vic.sees("This conversation has ended. Write to start another one.");
    await vic.dialog.getByRole("radio", { name: "4 stars" }).check({ force: true });
    await vic.dialog.getByLabel("A comment (optional)").fill("Quick");
    await vic.expectAccessible();
    await vic.dialog.getByRole("button", { name: "Rate" }).click();
    await vic.sees("Thank you for your rating.");
    expect(await ada.conversation(id)).toMatchObject({ rating: 4, ratingComment: "Quick" });

    await vic.say("And another chat");
    const next = await ada.sees("And another chat");
    expect(next.conversation).not.toBe(id);
    await vic.dialog.getByText(/Sent$/).waitFor();
    await expect.poll(() => vic.messages()).toEqual(["And another chat"]);
    await vic.leave();
  });

  it("says that nobody is there, and takes what is written all the same", async () => {
    ada.leave();
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.sees("Nobody is here at the moment. Write to us: the answer waits for you here.");
    await vic.expectAccessible();
    await vic.say("For later");
    await vic.dialog.getByText(/Sent$/).waitFor();
    await ada.come();
    const { conversation } = await ada.finds("For later");
    await ada.say(conversation, "Later is now");
    await vic.sees("Later is now");
    await vic.dialog.getByText("Nobody is here").waitFor({ state: "detached" });
    await vic.leave();
  });

  it("is used with the keyboard alone, and the focus comes back", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.launcher.focus();
    await vic.page.keyboard.press("Enter");
    await vic.field.waitFor();
    await vic.page.keyboard.type("By keyboard");
    await vic.page.keyboard.press("Shift+Enter");
    await vic.page.keyboard.type("alone");
    await vic.page.keyboard.press("Enter");
    await ada.sees("By keyboard\nalone");
    await vic.page.keyboard.press("Escape");
    await vic.dialog.waitFor({ state: "detached" });
    await expect
      .poll(() => vic.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className))
      .toBe("launcher");
    await expect.poll(() => vic.launcher.getAttribute("aria-expanded")).toBe("false");
    await vic.leave();
  });

  it("says on the button and in the title what is unread, and connects by itself on the next page", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.say("Tell me later");
    const { conversation } = await ada.sees("Tell me later");
    await vic.dialog.getByText(/Sent$/).waitFor();
    await vic.dialog.getByRole("button", { name: "Close chat" }).click();
    await vic.page.reload();
    await ada.say(conversation, "It is later");
    await vic.page.getByRole("button", { name: "Open chat, 1 unread message" }).waitFor();
    await expect.poll(() => vic.page.title()).toMatch(/^\(1\) /);
    await vic.expectAccessible();
    await vic.open();
    await vic.sees("It is later");
    await vic.dialog.getByRole("button", { name: "Close chat" }).click();
    await vic.page.getByRole("button", { name: "Open chat", exact: true }).waitFor();
    expect(await vic.page.title()).not.toMatch(/^\(/);
    await vic.leave();
  });

  it("has told what was read though its page is closed right after the look", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.say("I have no time");
    const { conversation } = await ada.sees("I have no time");
    await vic.dialog.getByText(/Sent$/).waitFor();
    await vic.dialog.getByRole("button", { name: "Close chat" }).click();
    await ada.say(conversation, "Then shortly: yes");
    await vic.page.getByRole("button", { name: "Open chat, 1 unread message" }).waitFor();
    await vic.open();
    await expect.poll(() => vic.page.title()).not.toMatch(/^\(/);
    await vic.page.close();
    await expect.poll(async () => (await ada.messages(conversation)).at(-1)?.status).toBe("read");
    await vic.leave();
  });

  it("stores nothing and opens no connection before it is opened", async () => {
    const vic = await Visitor.come(browser, "about:blank");
    const sockets: string[] = [];
    vic.page.on("websocket", socket => sockets.push(socket.url()));
    await vic.page.goto(demo());
    await vic.launcher.waitFor();
    expect(await vic.page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, ""]);
    expect(sockets).toEqual([]);
    await vic.open();
    await vic.say("Now");
    await ada.sees("Now");
    expect(sockets).toHaveLength(1);
    await vic.leave();
  });
});

describe("what was written", () => {
  it("arrives after the connection was away and the page was loaded again", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.say("Before");
    await ada.sees("Before");
    await vic.context.setOffline(true);
    await stack.halt();
    await vic.say("Meanwhile");
    await vic.sees("Sending …");
    await vic.sees("No connection. What you write is sent when it is back.");
    await vic.expectAccessible();
    await stack.run();
    await vic.context.setOffline(false);
    await ada.sees("Meanwhile");
    await vic.dialog.getByText(/Sent$/).waitFor();
    expect(await vic.messages()).toEqual(["Before", "Meanwhile"]);
    vic.said.length = 0;
    await vic.page.reload();
    await vic.open();
    await vic.sees("Meanwhile");
    expect(await vic.messages()).toEqual(["Before", "Meanwhile"]);
    await vic.leave();
  });

  it("is shown in all tabs, which share one connection, and the next tab takes over", async () => {
    const one = await Visitor.come(browser, "about:blank");
    const sockets: string[] = [];
    one.context.on("page", page => page.on("websocket", socket => sockets.push(socket.url())));
    await one.page.close();
    const first = await Visitor.in(one.context, demo());
    await first.open();
    await first.say("From the first tab");
    const { conversation } = await ada.sees("From the first tab");
    await first.dialog.getByText(/Sent$/).waitFor();
    const second = await Visitor.in(one.context, demo());
    await second.open();
    await second.sees("From the first tab");
    await second.say("From the second tab");
    await first.sees("From the second tab");
    await ada.say(conversation, "To both");
    await Promise.all([first.sees("To both"), second.sees("To both")]);
    expect(sockets).toHaveLength(1);
    await first.page.close();
    await second.say("After the first is gone");
    await ada.sees("After the first is gone");
    expect(sockets).toHaveLength(2);
    const all = ["From the first tab", "From the second tab", "To both", "After the first is gone"];
    await second.dialog.getByText(/Sent$/).waitFor();
    expect(await second.messages()).toEqual(all);
    await one.context.close();
    expect([...first.said, ...second.said]).toEqual([]);
  });

  it("is there back to the first word, and what is shown stays where it is", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.say("The first word");
    const { conversation } = await ada.sees("The first word");
    for (let number = 2; number <= 70; number += 1) {
      await ada.say(conversation, `Word ${number}`);
    }
    await vic.sees("Word 70");
    await vic.page.reload();
    await vic.open();
    await vic.sees("Word 70");
    await expect.poll(() => vic.messages()).toHaveLength(50);
    const seen = vic.dialog.getByText("Word 21", { exact: true });
    await vic.log.evaluate(log => log.scrollTo(0, 0));
    const before = await seen.boundingBox();
    await vic.dialog.getByRole("button", { name: "Show earlier messages" }).click();
    await vic.dialog.getByText("The first word").waitFor({ state: "attached" });
    await expect.poll(() => vic.messages()).toHaveLength(70);
    expect(Math.abs(((await seen.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(80);
    await vic.expectAccessible();
    await vic.leave();
  });

  it("that is too long is not sent, and says so", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.field.fill("x".repeat(8_001));
    await vic.dialog.getByRole("alert").waitFor();
    await expect.poll(() => vic.dialog.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await vic.expectAccessible();
    await vic.leave();
  });

  it("by somebody who was banned is not sent, and the reason is shown", async () => {
    const vic = await Visitor.come(browser, demo());
    await vic.open();
    await vic.say("Rude");
    const { senderId } = await ada.sees("Rude");
    await ada.ban(senderId._id ?? "");
    await vic.sees("You cannot chat here any more.");
    await vic.expectAccessible();
    await vic.leave();
  });
});

/** The line that a customer puts on a page, and what else is on it. */
function customer(script = "", rest = "", head = ""): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop</title>
    <link rel="icon" href="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="><style>${head}</style></head>
    <body><main><h1>A shop</h1>${rest}</main>
    <script async src="${stack.url}/widget.js" ${script}></script></body></html>`;
}

it("is another one's after a logout, in every tab", async () => {
  const first = await Visitor.come(browser, demo());
  await first.open();
  await first.say("A secret of the first");
  await ada.sees("A secret of the first");
  const second = await Visitor.in(first.context, demo());
  await second.open();
  await second.sees("A secret of the first");
  await second.page.evaluate("livechat.logout()");
  for (const { dialog } of [first, second]) {
    await dialog.getByText("A secret of the first").waitFor({ state: "detached" });
  }
  await second.say("Somebody else");
  await first.sees("Somebody else");
  const [one, other] = [await ada.sees("A secret of the first"), await ada.sees("Somebody else")];
  expect(other.senderId._id).not.toBe(one.senderId._id);
  await first.context.close();
  expect([...first.said, ...second.said]).toEqual([]);
});

it("goes on as somebody else where the only tab logs out", async () => {
  const vic = await Visitor.come(browser, demo());
  await vic.open();
  await vic.say("Before the logout");
  const before = await ada.sees("Before the logout");
  await vic.page.evaluate("livechat.logout()");
  await vic.dialog.getByText("Before the logout").waitFor({ state: "detached" });
  await vic.say("After the logout");
  const after = await ada.sees("After the logout");
  expect(after.senderId._id).not.toBe(before.senderId._id);
  await vic.page.goto("about:blank");
  await vic.page.goto(demo());
  await vic.page.evaluate("livechat.logout()");
  await vic.open();
  await vic.sees("Hello! Ask us anything about plants.");
  expect(await vic.messages()).toEqual([]);
  await vic.leave();
});

it("is on a page whose address is too long for the server, and follows a single-page app", async () => {
  const vic = await Visitor.come(browser, `${demo()}?${"x".repeat(2_000)}`);
  await vic.open();
  await vic.say("From a long address");
  const { conversation } = await ada.sees("From a long address");
  await vic.page.evaluate("livechat.hide()");
  await vic.page.evaluate("history.pushState(null, '', '/demo?ferns'); document.title = 'Ferns'");
  await ada.say(conversation, "Seen?");
  await vic.page.waitForFunction(() => document.title === "(1) Ferns");
  const { visitor } = await ada.conversation(conversation);
  expect(visitor.currentPage).toBe(`${demo()}?ferns`);
  await vic.page.evaluate("livechat.open()");
  await vic.sees("Seen?");
  await vic.page.waitForFunction(() => document.title === "Ferns");
  await vic.leave();
});

describe("on a customer's page", () => {
  it("works under a strict policy with Trusted Types", async () => {
    const socket = stack.url.replace("http", "ws");
    const policy =
      `default-src 'none'; script-src ${stack.url}; style-src 'self'; img-src data:; ` +
      `connect-src ${stack.url} ${socket}; require-trusted-types-for 'script'`;
    const html = customer().replace("<style></style>", "");
    const vic = await Visitor.come(browser, site.serve("/strict", { html, policy }));
    await vic.open();
    await vic.say("Under a strict policy");
    await ada.sees("Under a strict policy");
    await vic.dialog.getByText(/Sent$/).waitFor();
    await vic.leave();
  });

  it("looks the same whatever the page's style is, and changes nothing of the page", async () => {
    const hostile = `* { all: unset !important; display: none !important; color: red !important }
      html, body, main, h1 { display: block !important } livechat-widget { display: block !important }`;
    const vic = await Visitor.come(browser, site.serve("/hostile", { html: customer("", "", hostile) }));
    await vic.launcher.waitFor();
    const look = () => vic.page.locator("h1").evaluate(element => JSON.stringify(getComputedStyle(element)));
    const before = await look();
    await vic.open();
    const color = await vic.field.evaluate(element => getComputedStyle(element).color);
    expect(color).toBe("rgb(15, 23, 42)");
    expect(await look()).toBe(before);
    await vic.leave();
  });

  it("asks who the visitor is where the site wants to know", async () => {
    const url = site.serve("/ask", { html: customer('data-ask="name email" data-title="Ask us"') });
    const vic = await Visitor.come(browser, url);
    await vic.launcher.click();
    await vic.dialog.getByLabel("Name").fill("Victoria");
    await vic.dialog.getByLabel("Email").fill("vic@example.com");
    await vic.expectAccessible();
    await vic.dialog.getByRole("button", { name: "Start chat" }).click();
    const other = await Visitor.in(vic.context, url);
    await vic.say("It is me");
    const message = await ada.sees("It is me");
    expect(message.senderId).toMatchObject({ name: "Victoria", email: "vic@example.com" });
    await other.page.close();
    await vic.leave();
  });

  it("is called by the page's own script, before it has come, and after", async () => {
    const html = customer(
      "data-manual",
      "<script>window.livechat = [['init', { theme: 'dark' }], ['open']]</script>",
    );
    const vic = await Visitor.come(browser, site.serve("/called", { html }));
    await vic.field.waitFor();
    const call = (script: string) => vic.page.evaluate(script);
    await call("window.heard = []; livechat.on('message', ({ content }) => window.heard.push(content))");
    await call("livechat.send('Said by the page')");
    const { conversation } = await ada.sees("Said by the page");
    await ada.say(conversation, "Heard by the page");
    await vic.sees("Heard by the page");
    expect(await call("window.heard")).toEqual(["Heard by the page"]);
    await call("livechat.setLocale('de'); livechat.setTheme('light')");
    await vic.page.getByRole("button", { name: "Senden" }).waitFor();
    await call("livechat.close(); livechat.hide()");
    await vic.launcher.waitFor({ state: "hidden" });
    await call("livechat.show()");
    await vic.launcher.waitFor();
    await call("livechat.destroy()");
    await expect.poll(() => vic.page.locator("livechat-widget").count()).toBe(0);
    await call("livechat.init(); livechat.open()");
    await vic.sees("Heard by the page");
    await expect.poll(() => vic.page.locator("livechat-widget").count()).toBe(1);
    await vic.leave();
  });

  it.each(LOCALES)("speaks %s", async locale => {
    const vic = await Visitor.come(
      browser,
      site.serve(`/${locale}`, { html: customer(`data-locale="${locale}"`) }),
    );
    await vic.open();
    await expect.poll(() => vic.dialog.getAttribute("lang")).toBe(locale);
    await expect.poll(() => vic.dialog.getAttribute("dir")).toBe(locale === "ar" ? "rtl" : "ltr");
    await vic.expectAccessible();
    await vic.leave();
  });
});

describe("how it looks", () => {
  it.each([
    ["phone", { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true }],
    ["dark", { colorScheme: "dark" }],
    ["zoomed", { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ] as const)("%s", async (name, options) => {
    const vic = await Visitor.come(browser, demo(), options);
    await vic.open();
    await vic.say("How does it look?");
    await vic.dialog.getByText(/Sent$/).waitFor();
    if (name !== "zoomed") {
      await picture(vic.page, `chat-${name}`);
    }
    const box = await vic.dialog.boundingBox();
    const { width, height } = vic.page.viewportSize() ?? { width: 0, height: 0 };
    expect(
      box && box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height,
    ).toBe(true);
    if ("isMobile" in options) {
      expect(box).toEqual({ x: 0, y: 0, width, height });
      await expect.poll(() => vic.field.evaluate(field => getComputedStyle(field).fontSize)).toBe("16px");
    }
    await vic.expectAccessible();
    await vic.leave();
  });
});

it("does what docs/widget.md says of its calls", async () => {
  const page = await readFile(new URL("../../../docs/widget.md", import.meta.url), "utf8");
  const [, calls = ""] = page.match(/^```js\n(.*?)^```/ms) ?? [];
  const vic = await Visitor.come(browser, demo());
  await vic.launcher.waitFor();
  const [before = "", after = ""] = calls.split(/(?<=livechat\.send.*\n)/);
  await vic.page.evaluate(before);
  await ada.sees("Where is my order?");
  await vic.page.evaluate(after);
  await vic.page.getByRole("button", { name: "Open chat" }).click();
  await vic.dialog.getByRole("heading", { name: "Ask us" }).waitFor();
  await vic.leave();
});

it("is small: 3 KB before it is opened, 25 KB with everything that one language needs", async () => {
  const assets = new URL("../../../functions/pages/assets/", import.meta.url);
  const size = async (name: string) => gzipSync(await readFile(new URL(name, assets))).length;
  const files = await readdir(new URL("widget/", assets));
  const of = (prefix: string) => files.find(file => file.startsWith(`${prefix}-`)) ?? "";
  const launcher = await size("widget.js");
  expect(launcher).toBeLessThan(3 * 1024);
  expect(launcher + (await size(`widget/${of("panel")}`)) + (await size(`widget/${of("ar")}`))).toBeLessThan(
    25 * 1024,
  );
});
