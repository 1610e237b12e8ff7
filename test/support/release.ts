import { afterAll } from "vitest";

/**
 * Test files run one after another in the same process, which loads the libraries once for all of them. What is large
 * must not outlive its file: vitest.config.ts runs this module before each file.
 */
const held: (() => void)[] = [];

/** Lets go of something large when the tests of the present file are done. */
export function releaseAfterFile(release: () => void): void {
  held.push(release);
}

afterAll(() => {
  for (const release of held.splice(0)) release();
});
