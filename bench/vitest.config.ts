import { defineConfig } from "vitest/config";

/** Benches that use a database or servers of the tests, which go with vitest's test files. */
export default defineConfig({
  test: {
    include: ["bench/queue.ts", "bench/service.ts"],
    setupFiles: ["test/support/release.ts"],
    testTimeout: 3_600_000,
  },
});
