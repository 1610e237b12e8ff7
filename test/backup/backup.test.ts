import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Encrypter, generateX25519Identity, identityToRecipient } from "age-encryption";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { ABOUT_FILE, SUMS_FILE, sumLine } from "../../src/backup/about.ts";
import { makeBackup, type MadeBackup } from "../../src/backup/make.ts";
import { restoreBackup } from "../../src/backup/restore.ts";
import { rootsOf } from "../../src/backup/roots.ts";
import { END, headerOf, paddingOf, requirePath, type Entry } from "../../src/backup/tar.ts";
import { documentText } from "../../src/formats/document.ts";
import { createHash } from "node:crypto";
import { acquireLock } from "../../src/input/lock.ts";

/** What goes into a backup comes out of it, and nothing else does. */

const MADE = "2026-01-02T03:04:05Z";
let identity: string;
let recipient: string;

beforeAll(async () => {
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
});

async function scratch(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "batchproof-backup-"));
}

async function backUp(out: string, ...paths: readonly string[]): Promise<MadeBackup> {
  return await makeBackup({ out, taken: await rootsOf(paths), lockedFor: { recipients: [recipient] }, made: MADE });
}

/** A folder with what people have: a long name, another alphabet, an empty file and folder, modes. */
async function folderWithAll(): Promise<string> {
  const home = await scratch();
  const folder = join(home, "lot-1");
  await mkdir(join(folder, "evidence", "empty"), { recursive: true });
  await writeFile(join(folder, "batch.json"), "{}");
  await writeFile(join(folder, "secrets.json"), "secret", { mode: 0o600 });
  await writeFile(join(folder, ".gitignore"), "*\n");
  await writeFile(join(folder, "evidence", `Bericht Kühlschrank ${"x".repeat(150)}.csv`), Buffer.alloc(70_000, 7));
  await writeFile(join(folder, "evidence", "empty.csv"), "");
  return folder;
}

function listing(folder: string): string[] {
  return readdirSync(folder, { recursive: true }).map(String).sort();
}

async function refusal(run: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await run.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  return (error as { readonly code?: string } | undefined)?.code;
}

// Verifies R-backup-whole.
describe("a backup", () => {
  it("gives back every file, byte by byte, with its mode and time, and says how to compare", async () => {
    const folder = await folderWithAll();
    const out = join(await scratch(), "b.age");
    const made = await backUp(out, folder);
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const into = join(await scratch(), "new");
    const { files, sums, about } = await restoreBackup(out, into, { identities: [identity] });
    expect({ files, sums }).toEqual({ files: made.files, sums: made.sums });
    expect(about.made).toBe(MADE);
    expect(listing(join(into, "lot-1"))).toEqual(listing(folder).filter((name) => name !== "batch.lock"));
    for (const name of ["secrets.json", ...listing(folder).filter((each) => each.endsWith(".csv"))]) {
      expect(await readFile(join(into, "lot-1", name))).toEqual(await readFile(join(folder, name)));
      const [before, after] = [await stat(join(folder, name)), await stat(join(into, "lot-1", name))];
      expect([after.mode, Math.floor(after.mtimeMs / 1000)]).toEqual([before.mode, Math.floor(before.mtimeMs / 1000)]);
    }
    expect(execFileSync("sha256sum", ["--check", "--quiet", SUMS_FILE], { cwd: into }).toString()).toBe("");
  });

  it("is an archive that tar reads, once age has opened it", async () => {
    const folder = await folderWithAll();
    const parts: Buffer[] = [];
    const { archived } = await import("../../src/backup/collect.ts");
    for await (const part of archived((await rootsOf([folder])).roots, () => undefined)) parts.push(Buffer.from(part));
    const into = await scratch();
    execFileSync("tar", ["-x", "-C", into], { input: Buffer.concat([...parts, END]) });
    expect(listing(join(into, "lot-1"))).toEqual(listing(folder).filter((name) => name !== "batch.lock"));
  });

  it("overwrites no file, and leaves none behind where it fails", async () => {
    const folder = await folderWithAll();
    const home = await scratch();
    await writeFile(join(home, "there"), "x");
    expect(await refusal(backUp(join(home, "there"), folder))).toBe("backup-exists");
    await symlink("/etc/passwd", join(folder, "evidence", "link"));
    expect(await refusal(backUp(join(home, "b.age"), folder))).toBe("backup-link");
    expect(readdirSync(home)).toEqual(["there"]);
  });

  // Verifies R-backup-whole, V425.
  it("V425: leaves out no evidence because of its name", async () => {
    const folder = await folderWithAll();
    const names = ["a", "a.head", "a.head.head", "a.lock", "b.journal", "b.journal.head", "c.draft"];
    for (const name of names) await writeFile(join(folder, "evidence", name), "sent by a party");
    const out = join(await scratch(), "b.age");
    await backUp(out, folder);
    const into = join(await scratch(), "new");
    await restoreBackup(out, into, { identities: [identity] });
    expect(readdirSync(join(into, "lot-1", "evidence"))).toEqual(expect.arrayContaining(names));
    expect(readdirSync(join(folder, "evidence"))).toEqual(readdirSync(join(into, "lot-1", "evidence")));
  });

  // Verifies R-backup-whole, V425.
  it("V425: leaves out no file beside a journal because of its name", async () => {
    const home = await scratch();
    const names = ["a", "a.head", "a.head.head"];
    for (const name of names) await writeFile(join(home, name), "x");
    const out = join(await scratch(), "b.age");
    await backUp(out, home);
    const into = join(await scratch(), "new");
    await restoreBackup(out, into, { identities: [identity] });
    expect(readdirSync(join(into, basename(home)))).toEqual(names);
  });

  it("waits for the command that changes a batch, and copies nothing meanwhile", async () => {
    const folder = await folderWithAll();
    const lock = await acquireLock(join(folder, "batch.lock"));
    const home = await scratch();
    expect(await refusal(backUp(join(home, "b.age"), folder))).toBe("locked");
    lock.release();
    await backUp(join(home, "b.age"), folder);
  });

  it("takes salts, journal and head with what they belong to, and a service's settings with all that they name", async () => {
    const home = await scratch();
    const files = ["policies/p.json", "policies/p.salts.json", "keys/s.json", "keys/s.json.journal"];
    for (const folder of ["policies", "keys", "batches", "data"]) await mkdir(join(home, folder));
    const others = ["account.json", "ca.pem", "server.key", "server.pem", "old.secret", "new.secret", "jwks.json"];
    for (const name of [...files, "keys/s.json.journal.head", ...others]) await writeFile(join(home, name), name);
    const site = { name: "munich--2", batches: "batches", policies: "policies", keys: { source: "keys/s.json" } };
    const grants = [{ role: "auditor" }];
    const issuer = { audience: "batchproof", algorithms: ["ES256"], grants: [{ claim: "role", value: "qa", grants }] };
    const settings = {
      ...{ format: "batchproof-service/1", data: "data", account: "account.json", sites: [site] },
      register: { rpc: "http://127.0.0.1:8545", registry: `0x${"1".repeat(40)}`, chainId: "31337" },
      tls: { certificate: "server.pem", key: "server.key", clients: "ca.pem" },
      callers: [{ name: "mes", token: "0".repeat(64), grants }],
      issuers: [
        { ...issuer, issuer: "https://login.example", jwks: "https://login.example/jwks" },
        { ...issuer, issuer: "https://plant.example", jwks: "jwks.json" },
      ],
      webhooks: [{ name: "erp", url: "https://erp.example", secrets: ["new.secret", "old.secret"] }],
    };
    await writeFile(join(home, "service.json"), JSON.stringify(settings));
    const into = join(await scratch(), "new");
    await backUp(join(home, "b.age"), join(home, "service.json"));
    const { about } = await restoreBackup(join(home, "b.age"), into, { identities: [identity] });
    expect(listing(into).filter((name) => name.includes("."))).toEqual([
      ...["account/account.json", ABOUT_FILE, "issuers/2/jwks.json", "service.json"],
      ...["s.json", "s.json.journal", "s.json.journal.head"].map((name) => `sites/munich--2/keys/source/${name}`),
      ...["p.json", "p.salts.json"].map((name) => `sites/munich--2/policies/${name}`),
      ...["tls/certificate/server.pem", "tls/clients/ca.pem", "tls/key/server.key"],
      ...["webhooks/erp/1/new.secret", "webhooks/erp/2/old.secret"],
    ]);
    expect(about.notTaken.map(({ what }) => what)).toEqual([
      `register 0x${"1".repeat(40)}`,
      "tokens of mes",
      "keys of issuer https://login.example",
      "passphrases of keys and keystores",
      "the queue's database",
    ]);
  });

  it.each([
    ["settings that `serve` would not take", "service-file", (home: string) => join(home, "service.json")],
    ["a file under the name of the backup's own", "backup-name", (home: string) => join(home, "backup.json")],
  ])("refuses %s", async (_what, code, path) => {
    const home = await scratch();
    await writeFile(join(home, "service.json"), JSON.stringify({ format: "batchproof-service/1", data: "data" }));
    await writeFile(join(home, "backup.json"), "{}");
    expect(await refusal(backUp(join(home, "b.age"), path(home)))).toBe(code);
  });

  // Verifies R-backup-whole, V455.
  it("V455: takes every name that a folder can hold, and gives it back as it was", async () => {
    const folder = await folderWithAll();
    const twins = ["report.csv", "Report.csv", "\u00e9.csv", "e\u0301.csv", "\u00c9.csv"];
    const odd = [
      "a\u2028b",
      "a\u202eb",
      "a\\b",
      "c:a",
      "two\nlines",
      "half\rway",
      "back\\slash\nline",
      " ",
      "-rf",
      "\ufffd",
    ];
    for (const name of [...twins, ...odd]) await writeFile(join(folder, "evidence", name), `sent as ${name}`);
    for (const name of ["Lot", "lot"]) await mkdir(join(folder, name));
    await writeFile(join(folder, "Lot", "a"), "x");
    const out = join(await scratch(), "b.age");
    const made = await backUp(out, folder);
    const into = join(await scratch(), "new");
    expect(await restoreBackup(out, into, { identities: [identity] })).toMatchObject({ sums: made.sums });
    expect(listing(join(into, "lot-1"))).toEqual(listing(folder).filter((name) => name !== "batch.lock"));
    for (const name of [...twins, ...odd]) {
      expect(await readFile(join(into, "lot-1", "evidence", name), "utf8")).toBe(`sent as ${name}`);
    }
    expect(execFileSync("sha256sum", ["--check", "--quiet", SUMS_FILE], { cwd: into }).toString()).toBe("");
  });

  it("names the file whose name is no text", async () => {
    const folder = await folderWithAll();
    await writeFile(Buffer.from(`${folder}/evidence/\xff`, "latin1"), "x");
    expect(await refusal(backUp(join(await scratch(), "b.age"), folder))).toBe("backup-name");
  });

  it("refuses two things under one name", async () => {
    const [one, other] = [await folderWithAll(), await folderWithAll()];
    expect(await refusal(backUp(join(await scratch(), "b.age"), one, other))).toBe("backup-name");
  });
});

/** An archive as somebody else may write it, encrypted to our key: anybody can. */
async function forged(
  parts: readonly (readonly [Partial<Entry> & { path: string }, string])[],
  end = END,
): Promise<string> {
  const about = documentText({ format: "batchproof-backup/1", version: "0", made: MADE, roots: [], notTaken: [] });
  const all = [[{ path: ABOUT_FILE }, about] as const, ...parts];
  const sums = all.map(([{ path }, text]) => sumLine(createHash("sha256").update(text).digest("hex"), path)).join("");
  const files = parts.some(([{ path }]) => path === SUMS_FILE) ? all : [...all, [{ path: SUMS_FILE }, sums] as const];
  const blocks = files.flatMap(([entry, text]) => {
    const bytes = Buffer.from(text);
    const head = headerOf({ isFolder: false, mode: 0o600, time: 0, size: bytes.length, ...entry });
    return [head, bytes, paddingOf(bytes.length)];
  });
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  const path = join(await scratch(), "forged.age");
  await writeFile(path, await encrypter.encrypt(new Uint8Array(Buffer.concat([...blocks, end]))));
  return path;
}

async function restoring(file: string): Promise<string | undefined> {
  const home = await scratch();
  const code = await refusal(restoreBackup(file, join(home, "new"), { identities: [identity] }));
  // Whole or not at all: no draft and no folder is left.
  expect(readdirSync(home)).toEqual(code === undefined ? ["new"] : []);
  return code;
}

// Verifies R-backup-names.
describe("what somebody else made up is refused whole", () => {
  it("takes the same archive without the fault", async () => {
    expect(await restoring(await forged([[{ path: "a" }, "x"]]))).toBeUndefined();
  });

  it.each(["../a", "/etc/a", "a/../b", "a//b", "a/", "."])(
    "V408: a name that leads out of the folder (%j)",
    async (path) => {
      expect(await restoring(await forged([[{ path }, "x"]]))).toBe("backup-name");
    },
  );

  it("V408: a name that Windows takes for another place, or another name", () => {
    for (const path of ["a\\..\\b", "c:a", "a.", "a ", "a*", "a\u0001"]) {
      expect(() => requirePath(`lot/${path}`, "win32")).toThrow(expect.objectContaining({ code: "backup-name" }));
      expect(() => requirePath(`lot/${path}`, "linux")).not.toThrow();
    }
  });

  it.each([
    ["the same", "a", "a"],
    ["a folder that was there", "a/b", "a"],
    ["in a file", "a", "a/b"],
    ["our own", "backup.json", "b"],
  ])("V409: two names, the second %s", async (_, one, other) => {
    expect(
      await restoring(
        await forged([
          [{ path: one }, "x"],
          [{ path: other }, "y"],
        ]),
      ),
    ).toBe("backup-file");
  });

  it("V410: a list of other hashes, files behind it, bytes behind the end, odd modes", async () => {
    expect(
      await restoring(
        await forged([
          [{ path: "a" }, "x"],
          [{ path: SUMS_FILE }, "y"],
        ]),
      ),
    ).toBe("backup-file");
    expect(await restoring(await forged([], Buffer.concat([END, Buffer.from("x")])))).toBe("backup-file");
    expect(await restoring(await forged([[{ path: "a", mode: 0o4755 }, "x"]]))).toBe("backup-file");
    expect(await restoring(await forged([], Buffer.alloc(512)))).toBe("backup-file");
  });

  it("V410: a backup of which any byte is another one, or that is cut off anywhere", async () => {
    const out = join(await scratch(), "b.age");
    await backUp(out, await folderWithAll());
    const bytes = await readFile(out);
    const whole = fc.record({ at: fc.nat(bytes.length - 1), cut: fc.boolean(), bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(whole, async ({ at, cut, bit }) => {
        const copy = Buffer.from(cut ? bytes.subarray(0, at) : bytes);
        if (!cut) copy[at] = (copy[at] ?? 0) ^ (1 << bit);
        const path = join(await scratch(), "b.age");
        await writeFile(path, copy);
        expect(["backup-file", "backup-key"]).toContain(await restoring(path));
      }),
      { numRuns: 40, seed: 17 },
    );
  });

  it("V410: archives of random blocks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
        const encrypter = new Encrypter();
        encrypter.addRecipient(recipient);
        const path = join(await scratch(), "b.age");
        await writeFile(path, await encrypter.encrypt(bytes));
        expect(await restoring(path)).toBe("backup-file");
      }),
      { numRuns: 40, seed: 17 },
    );
  });

  it("opens with no other key, and fills no folder that has something in it", async () => {
    const out = join(await scratch(), "b.age");
    await backUp(out, await folderWithAll());
    const other = await generateX25519Identity();
    const home = await scratch();
    expect(await refusal(restoreBackup(out, join(home, "new"), { identities: [other] }))).toBe("backup-key");
    await writeFile(join(home, "something"), "x");
    expect(await refusal(restoreBackup(out, home, { identities: [identity] }))).toBe("backup-exists");
    expect(existsSync(join(home, "new"))).toBe(false);
  });
});
