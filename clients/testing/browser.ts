import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** What a browser would otherwise fetch by itself. */
const ALONE = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** A Chromium, with all that protects a page switched on. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? (await chromium.executablePath());
  // The sandbox cannot be had as root, which a container is.
  return playwright.launch({ executablePath, args: ["--no-sandbox", ...ALONE] });
}
