import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Makes small projects on the disk, from the texts of their files by path; they are removed after the tests. */
export function smallProjects(): (files: Readonly<Record<string, string>>) => string {
  const made: string[] = [];
  afterAll(() => {
    for (const root of made) rmSync(root, { recursive: true });
  });
  return (files) => {
    const root = mkdtempSync(join(tmpdir(), "batchproof-docs-"));
    made.push(root);
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return root;
  };
}
