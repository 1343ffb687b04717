import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import packaged from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

/** What a browser would otherwise fetch by itself. */
const ALONE = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** A Chromium, with all that protects a page switched on; another one than the packaged by `CHROMIUM`. */
export async function launch(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? (await unpacked());
  // The sandbox cannot be had as root, which a container is.
  return chromium.launch({ executablePath, args: ["--no-sandbox", ...ALONE] });
}

/** The packaged one, unpacked beside its package: in the folder for temporary files another version may be. */
async function unpacked(): Promise<string> {
  const usual = tmpdir();
  process.env["TMPDIR"] = fileURLToPath(new URL("../node_modules/.cache/chromium", import.meta.url));
  mkdirSync(process.env["TMPDIR"], { recursive: true });
  try {
    return await packaged.executablePath();
  } finally {
    process.env["TMPDIR"] = usual;
  }
}
