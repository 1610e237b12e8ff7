import { defineConfig } from "vitest/config";

/** What takes too long for every change: the whole raw file bit by bit, many more generated records. */
export default defineConfig({
  test: {
    include: ["test/long/**/*.test.ts", "test/circuits/*-agreement.test.ts"],
    env: { RUNS_FACTOR: "50" },
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 7_200_000,
    hookTimeout: 600_000,
  },
});
