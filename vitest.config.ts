import { defineConfig } from "vitest/config";
import { runsFactor } from "./test/support/runs.ts";

/** Tests that replace modules need a process in which nothing has loaded them yet. */
const ALONE = "test/**/*.alone.test.ts";
// What sweeps a whole space, or takes minutes for one fact, runs with `npm run test:all` only.
const LONG = runsFactor() > 1 ? [] : ["test/long/**", "test/package/**"];

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    setupFiles: ["test/support/release.ts"],
    testTimeout: 180_000 * runsFactor(),
    hookTimeout: 600_000,
    coverage: { provider: "v8", include: ["src/**", "cli/**"], reporter: ["text-summary", "json-summary"] },
    projects: [
      {
        extends: true,
        // Loading the libraries takes longer than most test files.
        test: { name: "together", include: ["test/**/*.test.ts"], exclude: [ALONE, ...LONG], isolate: false },
      },
      { extends: true, test: { name: "alone", include: [ALONE], isolate: true } },
    ],
  },
});
