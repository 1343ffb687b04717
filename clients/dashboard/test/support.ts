import { answer, api } from "@livechat/client";
import type { Browser } from "playwright-core";
import { context, Person, type Setting } from "../../testing/person.js";

/** Everybody's. */
export const PASSWORD = "correct horse";

/** Somebody who can sign in. */
export interface Account {
  readonly token: string;
  readonly email: string;
  readonly id: string;
}

/** Somebody who works in the dashboard, in a browser of its own. */
export class Worker extends Person {
  /** Opens the dashboard of the live chat at `url`. */
  static async open(browser: Browser, url: string, setting: Setting = {}): Promise<Worker> {
    const own = await context(browser, { viewport: { width: 1440, height: 900 }, ...setting });
    const worker = new Worker(own, await own.newPage());
    await worker.page.goto(`${url}/dashboard/`);
    return worker;
  }

  /** Somebody who has an account, and signs in with it. */
  static async signedIn(
    browser: Browser,
    url: string,
    email: string,
    setting: Setting = {},
  ): Promise<Worker> {
    const worker = await Worker.open(browser, url, setting);
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
}

/** Makes an account: the first one is the super administrator's. */
export async function register(url: string, name: string): Promise<Account> {
  const email = `${name.toLowerCase()}@example.com`;
  const body = { name, email, password: PASSWORD };
  const { token, user } = await answer(api(url).POST("/api/auth/register", { body }));
  return { token, email, id: user.id };
}

/** A session of somebody who has an account. */
export async function login(url: string, email: string): Promise<Account> {
  const body = { email, password: PASSWORD };
  const { token, user } = await answer(api(url).POST("/api/auth/login", { body }));
  return { token, email, id: user.id };
}

/** Makes a call of the HTTP API in somebody's name, which must go well. */
export async function call(
  url: string,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) {
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  }
  return response.json();
}
