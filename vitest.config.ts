import { defineConfig } from "vitest/config";
import { runsFactor } from "./test/support/runs.ts";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // What sweeps a whole space, or takes minutes for one fact, runs with `npm run test:all` only.
    exclude: runsFactor() > 1 ? [] : ["test/long/**"],
    pool: "forks",
    maxWorkers: 2,
    // Loading the libraries takes longer than most test files.
    isolate: false,
    setupFiles: ["test/support/release.ts"],
    testTimeout: 180_000 * runsFactor(),
    hookTimeout: 600_000,
    coverage: { provider: "v8", include: ["src/**", "cli/**"], reporter: ["text-summary", "json-summary"] },
  },
});
