import { execFileSync } from "node:child_process";
import { link, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MAX_FILE_BYTES, readBytes, writeFileAtomically } from "../../src/input/files.ts";
import { refusedAsync } from "./refused.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "batchproof-files-"));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const at = (...parts: string[]): string => join(dir, ...parts);

// Verifies R-files-read.
describe("readBytes", () => {
  it("reads exactly the bytes", async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
    await writeFile(at("a"), bytes);
    expect(Buffer.compare(await readBytes(at("a")), bytes)).toBe(0);
  });

  it("accepts a file of the limit and refuses one byte more", async () => {
    await writeFile(at("a"), "12345");
    expect(await readBytes(at("a"), { limit: 5 })).toHaveLength(5);
    const error = await refusedAsync(readBytes(at("a"), { limit: 4 }));
    expect(error).toMatchObject({ code: "file-size", place: at("a"), kind: "input" });
  });

  it("refuses a 100 MB file without reading it", async () => {
    await writeFile(at("big"), "");
    await truncate(at("big"), 100_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const error = await refusedAsync(readBytes(at("big")));
    expect(error.code).toBe("file-size");
    expect(error.message).toContain(`${MAX_FILE_BYTES}`);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });

  it("refuses an empty file", async () => {
    await writeFile(at("empty"), "");
    expect(await refusedAsync(readBytes(at("empty")))).toMatchObject({ code: "file-empty", kind: "input" });
  });

  it("refuses a missing file, a path through a file and a dangling link", async () => {
    await writeFile(at("a"), "x");
    await symlink(at("nowhere"), at("dangling"));
    for (const path of [at("none"), at("a", "b"), at("dangling")]) {
      expect(await refusedAsync(readBytes(path))).toMatchObject({ code: "file-missing", place: path });
    }
  });

  it("refuses a folder, a device, a pipe and a circle of links, without hanging", async () => {
    execFileSync("mkfifo", [at("pipe")]);
    await symlink(at("loop"), at("loop"));
    for (const path of [dir, "/dev/zero", at("pipe"), at("loop")]) {
      expect(await refusedAsync(readBytes(path))).toMatchObject({ code: "file-kind", place: path });
    }
  });

  // Verifies F4.
  it("keeps inside the base folder", async () => {
    await mkdir(at("base", "sub"), { recursive: true });
    await writeFile(at("base", "sub", "in"), "in");
    await writeFile(at("secret"), "out");
    await symlink(at("base", "sub"), at("base", "inner"));
    await symlink(at("secret"), at("base", "leak"));
    await symlink(dir, at("base", "up"));
    const within = at("base");
    expect(await readBytes(at("base", "inner", "in"), { within })).toHaveLength(2);
    for (const path of [`${within}/../secret`, at("base", "leak"), at("base", "up", "secret"), at("base-not")]) {
      expect(await refusedAsync(readBytes(path, { within }))).toMatchObject({ code: "path-escape", place: path });
    }
  });
});

describe("writeFileAtomically", () => {
  // Verifies R-files-atomic.
  it("makes parent folders, writes, replaces, and leaves nothing else behind", async () => {
    await writeFileAtomically(at("x", "y", "f"), "one");
    await writeFileAtomically(at("x", "y", "f"), Uint8Array.of(50, 10));
    expect(await readFile(at("x", "y", "f"), "utf8")).toBe("2\n");
    expect(await readdir(at("x", "y"))).toEqual(["f"]);
  });

  it("writes secrets with their mode", async () => {
    await writeFileAtomically(at("s"), "secret", { mode: 0o600 });
    expect((await stat(at("s"))).mode & 0o777).toBe(0o600);
  });

  // Verifies R-files-atomic, F6.
  it("keeps the old file and no temporary one when it fails", async () => {
    await mkdir(at("f"));
    const error = await refusedAsync(writeFileAtomically(at("f"), "new"));
    expect(error).toMatchObject({ code: "file-write", kind: "environment" });
    expect(await readdir(dir)).toEqual(["f"]);
    const inside = await refusedAsync(writeFileAtomically("/dev/null/f", "new"));
    expect(inside.code).toBe("file-write");
  });

  // Verifies R-files-inputs.
  it("never overwrites an input, whatever its name", async () => {
    await writeFile(at("input"), "raw");
    await link(at("input"), at("hard"));
    await symlink(at("input"), at("soft"));
    for (const path of [at("input"), join(dir, "q", "..", "input"), at("hard"), at("soft")]) {
      const error = await refusedAsync(writeFileAtomically(path, "out", { inputs: [at("input")] }));
      expect(error).toMatchObject({ code: "output-over-input", kind: "input" });
    }
    expect(await readFile(at("input"), "utf8")).toBe("raw");
  });

  // Verifies R-files-inputs.
  it("replaces a link instead of writing through it", async () => {
    await writeFile(at("victim"), "kept");
    await symlink(at("victim"), at("out"));
    await writeFileAtomically(at("out"), "new");
    expect(await readFile(at("victim"), "utf8")).toBe("kept");
    expect(await readFile(at("out"), "utf8")).toBe("new");
  });

  // Verifies F4.
  it("keeps inside the base folder, also before it makes folders", async () => {
    await mkdir(at("base"));
    await mkdir(at("outside"));
    await symlink(at("outside"), at("base", "up"));
    const within = at("base");
    for (const path of [`${within}/../f`, at("base", "up", "f"), at("base", "up", "new", "f")]) {
      expect((await refusedAsync(writeFileAtomically(path, "x", { within }))).code).toBe("path-escape");
    }
    expect(await readdir(at("outside"))).toEqual([]);
    await writeFileAtomically(at("base", "new", "f"), "x", { within });
    expect(await readdir(at("base", "new"))).toEqual(["f"]);
  });
});
