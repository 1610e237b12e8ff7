import { globSync, readFileSync } from "node:fs";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { runsFactor } from "./test/support/runs.ts";

/** Tests that replace modules need a process in which nothing has loaded them yet. */
const ALONE = "test/**/*.alone.test.ts";
/** What sweeps a whole space, or takes minutes for one fact, runs with `npm run test:all` only. */
const LONG = ["test/long/**/*.test.ts", "test/package/**/*.test.ts"];
/** Tests that draw their cases, and so have more to try. */
const DRAWN = globSync("test/**/*.test.ts").filter((path) => readFileSync(path, "utf8").includes("support/runs.ts"));
// With more runs than usual the others would say once more what `npm test` said.
const [include, exclude] =
  runsFactor() > 1 ? [[...DRAWN, ...LONG], [ALONE]] : [["test/**/*.test.ts"], [ALONE, ...LONG]];

/** What takes minutes begins first: nothing is left to run beside it at the end. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (moduleId.includes("/test/long/") ? 0 : 1);
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: LongFirst },
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
        test: { name: "together", include, exclude, isolate: false },
      },
      { extends: true, test: { name: "alone", include: runsFactor() > 1 ? [] : [ALONE], isolate: true } },
    ],
  },
});
