import { defineConfig } from "vitest/config";

/** Tests on a live chat of their own, most of them in a browser: one file after the other. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    environment: "node",
    execArgv: ["--experimental-websocket"],
    testTimeout: 60_000,
    hookTimeout: 600_000,
    fileParallelism: false,
    expect: { poll: { timeout: 15_000 } },
  },
});
