import { AxeBuilder } from "@axe-core/playwright";
import { answer, api } from "@livechat/client";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

export const PASSWORD = "correct horse";

/** What a browser may be told of a page. */
type ContextOptions = Parameters<Browser["newContext"]>[0];

/** Somebody who works in the dashboard, in a browser of its own. */
export class Worker {
  /** What the page said in the console: nothing, if all is well. */
  readonly said: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    readonly url: string,
  ) {}

  /** Opens the dashboard of the live chat at `url`. */
  static async open(browser: Browser, url: string, options: ContextOptions = {}): Promise<Worker> {
    const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(15_000);
    const worker = new Worker(context, await context.newPage(), url);
    worker.page.on("console", message => worker.said.push(message.text()));
    worker.page.on("pageerror", error => worker.said.push(error.message));
    await worker.page.goto(`${url}/dashboard/`);
    return worker;
  }

  /** Somebody who has an account, and signs in with it. */
  static async signedIn(
    browser: Browser,
    url: string,
    email: string,
    options: ContextOptions = {},
  ): Promise<Worker> {
    const worker = await Worker.open(browser, url, options);
    await worker.signIn(email);
    return worker;
  }

  async signIn(email: string, password = PASSWORD): Promise<void> {
    await this.page.locator("input[name=email]").fill(email);
    await this.page.locator("input[name=password]").fill(password);
    await this.page.locator("button[type=submit]").click();
    await this.page.locator("nav.rail").waitFor();
  }

  /** Goes to a place by its fragment, such as `#/figures`. */
  async go(hash: string): Promise<void> {
    await this.page.evaluate(hash => {
      location.hash = hash;
    }, hash);
  }

  /** Holds that axe finds nothing. */
  async expectAccessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual(
      [],
    );
  }

  async leave(): Promise<void> {
    await this.context.close();
  }
}

/** Makes an account: the first one is the super administrator's. */
export async function register(
  url: string,
  name: string,
): Promise<{ token: string; email: string; id: string }> {
  const email = `${name.toLowerCase()}@example.com`;
  const body = { name, email, password: PASSWORD };
  const { token, user } = await answer(api(url).POST("/api/auth/register", { body }));
  return { token, email, id: user.id };
}
