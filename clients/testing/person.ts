import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

/** How somebody's browser is. */
export type Setting = Parameters<Browser["newContext"]>[0];

/** How long somebody waits for what must come. */
const PATIENCE_MS = 15_000;

/** A browser with settings that are the same wherever it runs. */
export async function context(browser: Browser, setting: Setting = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...setting });
  context.setDefaultTimeout(PATIENCE_MS);
  return context;
}

/** Somebody before a page. */
export class Person {
  /** What the page has said in the console: nothing, if all is well. */
  readonly said: string[] = [];
  readonly #expected: RegExp[] = [];

  constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on("console", message => this.said.push(message.text()));
    page.on("pageerror", error => this.said.push(error.message));
  }

  /** What the browser itself says of an answer, or of a connection that was lost, is no fault of the page's. */
  expects(saying: RegExp): void {
    this.#expected.push(saying);
  }

  /** Holds that axe finds nothing on the whole page. */
  async expectAccessible(): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  }

  /** Goes, having met nothing that a developer would have to look at. */
  async leave(): Promise<void> {
    await this.context.close();
    expect(this.said.filter(text => !this.#expected.some(expected => expected.test(text)))).toEqual([]);
  }
}

/** Takes a picture for the documentation, when that is asked for. */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.env["PICTURES"]) {
    const path = fileURLToPath(new URL(`../../docs/pictures/${name}.png`, import.meta.url));
    await page.screenshot({ path });
  }
}
