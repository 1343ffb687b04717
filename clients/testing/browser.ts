import { mkdirSync } from "node:fs";
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

/** Where the packaged one is unpacked: in the folder for temporary files another version may be. */
const PLACE = fileURLToPath(new URL("../node_modules/.cache/chromium", import.meta.url));

/** A Chromium, with all that protects a page switched on; another one than the packaged by `CHROMIUM`. */
export async function launch(): Promise<Browser> {
  const own = process.env["CHROMIUM"];
  // The sandbox cannot be had as root, which a container is.
  const args = ["--no-sandbox", ...ALONE];
  if (own !== undefined) {
    return chromium.launch({ executablePath: own, args });
  }
  const executablePath = await unpacked();
  return chromium.launch({
    executablePath,
    args,
    env: { ...process.env, LD_LIBRARY_PATH: `${PLACE}/al2023/lib` },
  });
}

/** Unpacks it, with the libraries that it brings for machines that have none: where it takes this one for Lambda. */
async function unpacked(): Promise<string> {
  mkdirSync(PLACE, { recursive: true });
  const { TMPDIR, AWS_EXECUTION_ENV } = process.env;
  Object.assign(process.env, { TMPDIR: PLACE, AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x" });
  try {
    return await packaged.executablePath();
  } finally {
    for (const [key, value] of Object.entries({ TMPDIR, AWS_EXECUTION_ENV })) {
      if (value === undefined) {
        delete process.env[key];
      } else {
        process.env[key] = value;
      }
    }
  }
}
