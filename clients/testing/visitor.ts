import type { Browser, BrowserContext } from "playwright-core";
import { context, Person, type Setting } from "./person.js";

/** A visitor before a page with the widget in it. */
export class Visitor extends Person {
  /** One with a browser of its own. */
  static async come(browser: Browser, url: string, setting: Setting = {}): Promise<Visitor> {
    return Visitor.in(await context(browser, setting), url);
  }

  /** Another tab of the same browser. */
  static async in(context: BrowserContext, url: string): Promise<Visitor> {
    const visitor = new Visitor(context, await context.newPage());
    await visitor.page.goto(url);
    return visitor;
  }

  get launcher() {
    return this.page.locator("livechat-widget .launcher");
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  get field() {
    return this.dialog.getByRole("textbox");
  }

  get log() {
    return this.dialog.getByRole("log");
  }

  async open(): Promise<void> {
    await this.launcher.click();
    await this.field.waitFor();
  }

  async say(content: string): Promise<void> {
    await this.field.fill(content);
    await this.field.press("Enter");
  }

  /** Waits until a text is shown in the chat. */
  async sees(text: string): Promise<void> {
    await this.dialog.getByText(text, { exact: true }).first().waitFor();
  }

  /** What is shown of messages, in order. */
  async messages(): Promise<string[]> {
    return (await this.log.locator("li .bubble").allInnerTexts()).map(text => text.trim());
  }
}
