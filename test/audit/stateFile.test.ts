import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hexlify, keccak256, toBeHex, ZeroHash } from "ethers";
import { beforeAll, describe, expect, it } from "vitest";
import { auditCsv } from "../../src/audit/csv.ts";
import { auditHtml } from "../../src/audit/html.ts";
import { reportOf } from "../../src/audit/report.ts";
import { emptyState, type RegisterState } from "../../src/audit/state.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/audit/stateFile.ts";
import { auditText } from "../../src/audit/table.ts";
import { BatchproofError } from "../../src/errors.ts";
import { encodeVerifyingKey } from "../../src/setup/verifyingKey.ts";
import { runsFactor } from "../support/runs.ts";
import { simulatedCircuit } from "../support/simulated.ts";

/** The file that an audit keeps, on its own. */

const CHAIN = 31_337n;
const REGISTRY = `0x${"A".repeat(40)}`;
const OWNER = `0x${"b".repeat(40)}`;
const HASH = `0x${"1".repeat(64)}`;
const BLOCK = { number: 900, hash: HASH, now: 1_700_000_000 };
const moment = { block: 7, time: 70, transaction: HASH, by: OWNER };
const reasoned = { ...moment, reason: "DEV-1" };

let path: string;
/** The lines of a file with everything that a state can hold, without that of the hash. */
let lines: readonly string[];

/** A state in which every member stands that there is. */
function everything(): RegisterState {
  const key = hexlify(encodeVerifyingKey(simulatedCircuit("temperature").key));
  const circuitId = keccak256(key);
  const claim = { circuitIds: [circuitId], rule: "11", stage: 0, class: 1, neededFor: 1, severity: 2 };
  const said = { circuitId, head: "9", record: "10", deviations: "63" };
  const terms = { person: HASH, from: "0", to: "18446744073709551615" };
  const unentitled = [{ ...moment, event: "BatchHeld", lacked: "QP of the batch" }];
  const batch: RegisterState["batches"][string] = {
    ...{ owner: OWNER, serial: 1, batch: "5", opening: "6", policyId: HASH, due: ["18446744073709551615", "2"] },
    ...{ consent: HASH, supersedes: ZeroHash, opened: moment, openingTime: 1, status: "Released" },
    ...{ seats: { 0: [OWNER], 255: [OWNER] }, qpsAdded: [{ ...moment, seat: 0, qp: OWNER }] },
    ...{ confirmations: [{ ...moment, stage: 0, document: HASH, revision: 1 }], revision: 1 },
    ...{ heads: { 0: "9" }, asserted: [{ ...moment, stage: 0 }], settled: [0], refused: [0] },
    attested: { 0: { ...said, proof: 1, parties: "5000", submitter: OWNER, block: 8, time: 80, transaction: HASH } },
    replaced: [
      { ...said, claim: 0, proof: 1, parties: "5000", submitter: OWNER, block: 8, time: 80, transaction: HASH },
    ],
    usedRoots: [{ root: "5000", lastUsed: 80 }],
    exceptions: [
      {
        ...{ ...moment, id: 1, claim: 0, category: "parameter", severity: 2, qmsRef: "DEV-2", repeats: 2 },
        ...{ byAuthority: true, evidence: HASH, closings: [{ ...moment, disposition: "accepted", evidence: HASH }] },
        proposed: { ...moment, disposition: "accepted", id: HASH },
        closed: { ...moment, disposition: "accepted", evidence: HASH, settled: true, proposer: OWNER },
        acknowledged: moment,
      },
    ],
    amendments: [{ ...reasoned, claim: 0, proof: 1, reopened: 1, before: said, after: { ...said, deviations: "64" } }],
    certified: [{ ...moment, problem: "it was used before" }],
    openingsReplaced: [{ ...reasoned, previous: "5", opening: "6" }],
    submittersNamed: [{ ...moment, submitter: OWNER }],
    extensions: [{ ...reasoned, which: "release", previous: "1", due: "2" }],
    holds: [{ ...reasoned, side: 1, order: "O-1", lifted: reasoned }],
    requests: [
      {
        ...{ ...moment, id: 1, claim: 0, from: "0", to: "1", dueBy: "2", accepted: moment, withdrawn: moment },
        ...{ answered: { ...moment, disclosure: HASH }, answers: [{ ...moment, disclosure: HASH }] },
        reopened: [{ ...moment, previous: "1", dueBy: "2" }],
      },
    ],
    challengesDecided: [{ ...reasoned, challenge: HASH, kinds: 3 }],
    supplied: {
      ...{ ...moment, riskEvaluation: HASH, physicianRequest: HASH, administration: "5", released: true },
      notified: { ...moment, at: "6" },
    },
    ...{ revocationDecided: reasoned, recalled: reasoned, ended: reasoned, completions: [moment] },
    unproven: [{ proof: 1, claim: 0, code: "proof-invalid", block: 8, time: 80, transaction: HASH }],
    ...{ unentitled, trail: HASH, exceptionsHash: HASH },
  };
  return {
    ...emptyState(CHAIN, REGISTRY),
    journals: { registry: HASH },
    proposals: {
      [`persons/${HASH}`]: { what: "QP", batch: toBeHex(1, 32), waiting: moment, withdrawn: [moment] },
      [`roles/${HASH}`]: { what: "a role", batch: null, withdrawn: [moment] },
    },
    roles: {
      [`${HASH}/${OWNER}`]: { terms, changes: [{ ...moment, kind: "granted", terms, knownAs: HASH }] },
    },
    persons: { [OWNER]: HASH },
    circuits: {
      [circuitId]: {
        ...{ kind: 1, tier: 210, development: false, transcript: HASH, key, proposed: moment, added: moment },
        frozen: { ...moment, effective: 5, unsound: true },
      },
    },
    policies: {
      [HASH]: {
        ...{ product: "P", version: 1, stages: 1, confirmedStages: [0], claims: [claim], proposed: moment },
        ...{
          endorsed: [moment],
          approved: { ...moment, authorisation: "MA-1", effectiveFrom: "0" },
          retired: reasoned,
        },
      },
    },
    roots: {
      5000: { number: 1, approved: { ...moment, documentHash: HASH }, revoked: { ...reasoned, since: "0" } },
    },
    consents: { [HASH]: { holder: OWNER, revoked: moment } },
    batches: { [toBeHex(1, 32)]: batch },
    serials: { [OWNER]: 1 },
    repeats: { [`${OWNER}/11`]: 2 },
    unentitled,
    ...{ proofs: 1, exceptions: 1, requests: 1, verified: 1, paused: moment, developmentAllowed: moment },
  };
}

beforeAll(async () => {
  path = join(mkdtempSync(join(tmpdir(), "state-")), "state.json");
  await writeCheckpoint(path, { block: 900, hash: HASH, node: "https://node", state: everything() });
  lines = readFileSync(path, "utf8").split("\n").slice(0, -2);
});

function write(changed: readonly string[]): void {
  const text = changed.map((line) => `${line}\n`).join("");
  const sha256 = createHash("sha256").update(text).digest("hex");
  writeFileSync(path, `${text}${JSON.stringify({ sha256 })}\n`);
}

const CHECKS = { codes: [], provenState: "proved", secondNode: null } as const;

/** Reads the file and writes up what it holds in every form; the code of the refusal if it is one. */
async function used({ whole = true } = {}): Promise<string> {
  try {
    const kept = await readCheckpoint(path, CHAIN, REGISTRY);
    if (kept === undefined) return "none";
    // The key gate and the table take their time, and one of each is enough.
    const state = whole ? kept.state : { ...kept.state, circuits: {} };
    const report = reportOf(state, BLOCK, { from: 0 }, { checks: CHECKS });
    return [...(whole ? [auditText(report, { all: true })] : []), auditCsv(report), auditHtml(report)].join("\n");
  } catch (error) {
    if (error instanceof BatchproofError && error.kind !== "internal") return error.code ?? "";
    throw error;
  }
}

type Path = readonly (string | number)[];

/** Every place in a JSON value. */
function placesIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at];
  const inner = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [at, ...inner.flatMap((name) => placesIn((value as Record<string, unknown>)[name], [...at, name]))];
}

/** A copy of a value with another one in a place; undefined: without it. */
function replaced(value: unknown, [first, ...rest]: Path, by: unknown): unknown {
  if (first === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  const inner = replaced(copy[first], rest, by);
  if (inner === undefined && !Array.isArray(copy))
    return Object.fromEntries(Object.entries(copy).filter(([name]) => name !== String(first)));
  copy[first] = inner;
  return copy;
}

const OTHERS: readonly unknown[] = [undefined, null, -1, 1.5, 2 ** 60, "x", {}, [null]];

// Verifies R-audit-state, V69.
describe("V69: a state file of another structure, with the hash of it", () => {
  it("that has everything comes back as it was", async () => {
    write(lines);
    expect((await readCheckpoint(path, CHAIN, REGISTRY))?.state).toEqual(everything());
    expect(await used()).toContain("recalled: DEV-1");
  });

  it("is refused by name, or read for what it says, whatever is changed in it", async () => {
    const refused = new Map<string, number>();
    for (const [i, line] of lines.entries()) {
      const value = JSON.parse(line) as unknown;
      for (const [k, place] of placesIn(value).entries()) {
        // Every other value in every place, where there is time for it.
        const others = runsFactor() > 1 ? OTHERS : [undefined, OTHERS[1 + ((i + k) % (OTHERS.length - 1))]];
        for (const other of others) {
          const changed = replaced(value, place, other) ?? null;
          write(lines.with(i, JSON.stringify(changed)));
          const result = await used({ whole: false }).catch((error: unknown) => {
            throw new Error(`line ${i} ${JSON.stringify(place)} ${JSON.stringify(other)}`, { cause: error });
          });
          const code = /^[\w-]+$/.test(result) ? result : "read";
          refused.set(code, (refused.get(code) ?? 0) + 1);
        }
      }
    }
    expect([...refused.keys()].sort()).toEqual(["audit-state", "read"]);
    expect(refused.get("audit-state")).toBeGreaterThan(5 * (refused.get("read") ?? 0));
  }, 120_000);

  it("says of a key that is none what the key gate says", async () => {
    write(lines.map((line) => line.replace(/"key":"0x[0-9a-f]+"/, `"key":"0x${"00".repeat(1024)}"`)));
    expect(await used()).toContain("proves nothing");
    // One of another length is none that a register ever said.
    write(lines.map((line) => line.replace(/"key":"0x[0-9a-f]+"/, '"key":"0x00"')));
    expect(await used()).toBe("audit-state");
  });

  // Verifies V124.
  it("V124: is refused by name where a hash is written in capital letters, so that one thing would be two", async () => {
    const capitals = `0x${"AB".repeat(32)}`;
    let hashes = 0;
    for (const [i, line] of lines.entries()) {
      const value = JSON.parse(line) as unknown;
      for (const place of placesIn(value)) {
        const found = place.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], value);
        if (typeof found !== "string" || !/^0x[0-9a-f]{64}$/.test(found)) continue;
        hashes++;
        write(lines.with(i, JSON.stringify(replaced(value, place, capitals))));
        await expect(readCheckpoint(path, CHAIN, REGISTRY)).rejects.toMatchObject({
          ...{ kind: "input", code: "audit-state" },
          place: expect.stringContaining(`:${i + 1}#/${place.join("/")}`) as string,
        });
      }
    }
    expect(hashes).toBeGreaterThan(40);
  });

  it("is refused where a line is missing, is none, comes twice or is far too long", async () => {
    const codes: string[] = [];
    for (const changed of [
      lines.slice(1),
      [...lines, lines.at(-1) ?? ""],
      [...lines, "{"],
      [...lines, '["batches"]'],
      [...lines, '["__proto__",{},{}]'],
      [...lines, '["batches","__proto__",{}]'],
      [...lines, "7"],
      [...lines, '"'.padEnd(2 ** 26 + 2 ** 17, "x")],
      [],
    ]) {
      write(changed);
      codes.push(await used());
    }
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
    codes.push(await used());
    expect(new Set(codes.slice(0, 7))).toEqual(new Set(["audit-state"]));
    expect(codes.slice(7)).toEqual(["file-size", "audit-state", "audit-state"]);
  });
});
