import { defineConfig } from "vitest/config";

/** What takes too long for every change: the whole raw file bit by bit, many more generated records. */
export default defineConfig({
  test: {
    include: ["test/long/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 7_200_000,
    hookTimeout: 600_000,
  },
});
