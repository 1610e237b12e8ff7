import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { verifyAttestation } from "../../src/standing/attestation.ts";
import { LATEST } from "../../src/chain/batchState.ts";
import { claimFacts } from "../../src/chain/claimFacts.ts";
import { chainTime, connectRpc, findRegister } from "../../src/chain/connect.ts";
import { registerAt } from "../../src/chain/handles.ts";
import { SIGNALS } from "../../src/formats/constants.ts";
import { formatTime } from "../../src/input/times.ts";
import * as lock from "../../src/setup/artifactLock.ts";
import { refusedAsync } from "../input/refused.ts";
import { beginFridge, CLAIM, closeFridge, DEVICE, fillFridge, fridgeWithCustody, RAW, type Claims } from "./fridge.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { refusedWith } from "./support.ts";

vi.mock("../../src/setup/artifactLock.ts", async (original) => {
  const actual = await original<typeof lock>();
  return { ...actual, circuitNameOf: vi.fn(actual.circuitNameOf) };
});

/** A request of an authority, from the question to the curve that it believes. */

const TRUNCATED = "fixtures/berlinger/fridgetag2L_test_TRUNCATED_bad_signature.txt";
const CUSTODY = "cold-storage/custody";
const WINDOW = ["--from", "2022-05-06T06:00:00Z", "--to", "2022-05-06T12:00:00Z"] as const;
const DAY = 86_400n;

let scene: Scene;
let dir: string;
let key: string;
const path = (name: string): string => scene.path(name);
const authority = (): string[] => [...scene.on, "--account", scene.accounts[7] ?? ""];
const owner = (): string[] => [...scene.on, ...scene.by("manufacturer")];

beforeAll(async () => {
  scene = await Scene.set(["custody", "temperature-1k"]);
  await scene.giveRole("authority", scene.accounts[7] ?? "", "authority");
  dir = await beginFridge(scene, fridgeWithCustody());
  ({ key } = await cliJson<{ key: string }>(["open", dir, "--qp", scene.account("qp"), ...owner()]));
  await fillFridge(scene, dir);
  await closeFridge(scene, dir);
});

afterAll(() => scene.close());

const disclose = (out: string, ...more: readonly string[]): string[] => {
  return ["disclose", dir, "--claim", CLAIM, "--out", path(out), ...more];
};
const verify = (file: string, ...more: readonly string[]): string[] => {
  return ["verify-disclosure", path(file), ...scene.on, ...more];
};

async function tomorrow(): Promise<string> {
  const chain = await connectRpc(scene.on[1] ?? "");
  try {
    return formatTime(Number((await chainTime(chain.provider)) + DAY));
  } finally {
    await chain.close();
  }
}

async function refusal(...args: readonly string[]): Promise<[exit: number, code: string]> {
  const { exit, code } = await refusedWith(args);
  return [exit, code];
}

// Verifies R-disclosure-register, R-disclosure-request, R-disclosure-raw, R-disclosure-lines, V14, V210, V218, V219.
describe("a disclosure on the command line", () => {
  it("V218: belongs to nothing before its record is attested, and to the attestation afterwards", async () => {
    expect((await inThisProcess(disclose("plain.json", ...WINDOW))).code).toBe(0);
    expect(await refusal(...verify("plain.json"))).toEqual([1, "disclosure-unproven"]);
    await cliJson(["prove", dir, "--key", path("custodian.json"), ...scene.destination]);
    await cliJson(["attest", dir, ...owner()]);

    const verified = await cli(verify("plain.json", "--batch", key));
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout).toContain("Proven by temperature-1k; its proof was verified again.");
    expect(verified.stdout).toMatch(/It shows every reading of the window: \d+\. \d+ more lie outside of it\./);
    expect(verified.stdout).toContain("Lot: LOT 7");
    expect(verified.stdout).toMatch(/limits 2\.0 to 8\.0 °C: [▁▂▃▄▅▆▇█ ]+/);
    expect(verified.stdout).toContain("The rule is not disclosed.");
    expect(verified.stdout).toContain("DEVELOPMENT KEY");
    expect(await refusal(...verify("plain.json", "--batch", `0x${"1".repeat(64)}`))).toEqual([1, "disclosure-batch"]);
    expect(await refusal(...verify("plain.json", "--raw", RAW))).toEqual([2, "disclosure-options"]);
  });

  it("V219, V222: with its rule is compared with the instrument's own file, and tells what only the rule does", async () => {
    const made = await inThisProcess(disclose("rule.json", ...WINDOW, "--rule"));
    expect(made.stdout).toContain("Every limit of the claim is in it.");
    const verified = await inThisProcess(verify("rule.json", "--raw", RAW));
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout).toMatch(
      /says the same: \d+ readings of it were compared, and the device's own signature fits; told at import: offset \+00:00\./,
    );
    expect(await refusal(...verify("rule.json", "--raw", TRUNCATED))).toEqual([2, "device-signature"]);
    // What nobody vouches for, how the file was read, is what comparing it is for.
    const told = await readFile(path("rule.json"), "utf8");
    await writeFile(path("told.json"), told.replace('"offset": "+00:00"', '"offset": "+01:00"'));
    expect(await refusal(...verify("told.json", "--raw", RAW))).toEqual([1, "disclosure-raw"]);
  });

  it("V218, V227: is compared with nothing that a node says and its proof does not", async () => {
    const chain = await connectRpc(scene.on[1] ?? "");
    try {
      const register = registerAt(await findRegister(chain.provider, scene.registry), chain.provider);
      const { proven } = await claimFacts(register, chain.chainId, key, 0);
      if (proven === undefined) throw new Error("attested");
      const known = { circuit: "temperature-1k", setup: "development", unsound: false };
      expect(await verifyAttestation(register, proven, "temperature", LATEST)).toMatchObject(known);
      // V227: two persons of the register gave the circuit the kind of another one.
      const taken = await refusedAsync(verifyAttestation(register, proven, "custody", LATEST));
      expect(taken.code).toBe("disclosure-circuit");
      const lied = { ...proven, signals: proven.signals.with(SIGNALS.indexOf("record"), 5n) };
      expect((await refusedAsync(verifyAttestation(register, lied, "temperature", LATEST))).code).toBe("proof-invalid");
    } finally {
      await chain.close();
    }
  });

  it("V228: is not called valid under a circuit that nobody here knows", async () => {
    vi.mocked(lock.circuitNameOf).mockReturnValueOnce(undefined);
    const unknown = await inThisProcess(verify("plain.json"));
    expect(unknown.code, unknown.stderr).toBe(0);
    expect(unknown.stdout).toMatch(/As far as its attestation can be relied on \(see Doubt\), it shows every reading/);
    expect(unknown.stdout).toMatch(/^Doubt: What circuit 0x[0-9a-f]{64} proves is not known here\.$/m);
    const known = await cliJson<{ valid: boolean }>(verify("plain.json"));
    expect(known).toMatchObject({ valid: true, disclosed: { doubts: [] } });
    vi.mocked(lock.circuitNameOf).mockReturnValueOnce(undefined);
    const told = await inThisProcess([...verify("plain.json"), "--json"]);
    expect(JSON.parse(told.stdout)).toMatchObject({ valid: false, provenBy: { circuit: null } });
  });

  it("V210: is refused after a change, by the member that was changed", async () => {
    const file = JSON.parse(await readFile(path("plain.json"), "utf8")) as { content: { chunks: { rows: string }[] } };
    const [chunk] = file.content.chunks;
    if (chunk === undefined) throw new Error("a chunk");
    chunk.rows = chunk.rows.replace(/:\d+$/, ":1");
    await writeFile(path("changed.json"), JSON.stringify(file));
    const refused = await refusedWith(verify("changed.json"));
    expect(refused).toMatchObject({ exit: 1, code: "disclosure-chunk" });
    expect(refused.place).toBe(`${path("changed.json")}#/content/chunks/0`);
    await writeFile(path("letter.txt"), "Dear Sir or Madam");
    expect((await refusal(...verify("letter.txt")))[0]).toBe(2);
  });

  it("V14, V223: answers the request that asked for it, and no other", async () => {
    const due = await tomorrow();
    const ask = ["request", "ask", "--batch", key, "--claim", "0", ...WINDOW, "--due", due];
    const asked = await inThisProcess([...ask, ...authority()]);
    expect(asked.stdout).toContain("disclose DIR --claim CLAIM-0 --from 2022-05-06T06:00:00Z");
    const { id } = await cliJson<{ id: string }>([...ask, ...authority()]);
    const answer = (file: string, ...more: readonly string[]): string[] => {
      return ["request", "answer", id, "--disclosure", path(file), ...owner(), ...more];
    };
    expect(await refusal(...verify("rule.json", "--request", id))).toEqual([1, "disclosure-request"]);
    const later = ["--from", "2022-05-06T06:00:00Z", "--to", "2022-05-06T12:00:01Z"];
    await cliJson(disclose("later.json", ...later));
    expect(await refusal(...answer("later.json"))).toEqual([1, "disclosure-request"]);
    expect((await refusal(...answer("letter.txt")))[0]).toBe(2);
    await cliJson(answer("rule.json"));

    const verified = await inThisProcess(verify("rule.json", "--request", id));
    expect(verified.stdout).toContain(`It answers request ${id}, as the register has the answer.`);
    expect(await refusal(...verify("plain.json", "--request", id))).toEqual([1, "disclosure-request"]);
    // V223: a hand-picked line in place of a proven record.
    const what = ["--claim", CLAIM, "--category", "equipment", "--severity", "2", "--reference", "DEV-2"];
    const { id: exception } = await cliJson<{ id: string }>(["exception", "raise", dir, ...what, ...owner()]);
    await cliJson(disclose("line.json", "--exception", exception, "--lines", "3-3"));
    await cliJson(["request", "reopen", id, "--due", due, ...authority()]);
    expect(await refusal(...answer("line.json"))).toEqual([1, "disclosure-request"]);
    await cliJson(answer("line.json", "--other-file"));
    expect(await refusal(...verify("line.json", "--request", id))).toEqual([1, "disclosure-request"]);
    await cliJson(["request", "reopen", id, "--due", due, ...authority()]);
    await cliJson(answer("letter.txt", "--other-file"));
    expect(await refusal(...verify("rule.json", "--request", id))).toEqual([1, "disclosure-request"]);
  });

  // Verifies R-disclosure-handoff.
  it("V223: shows a hand-off, with the names behind its hashes, and says what was asked for", async () => {
    const { claims } = JSON.parse(fridgeWithCustody()) as Claims;
    const claim = String(claims.findIndex(({ id: name }) => name === CUSTODY));
    await cliJson(["disclose", dir, "--claim", CUSTODY, "--out", path("handoff.json")]);
    const verified = await inThisProcess(verify("handoff.json"));
    expect(verified.code, verified.stderr).toBe(0);
    expect(verified.stdout).toContain("Proven by custody; its proof was verified again.");
    expect(verified.stdout).toContain("Custodian: organisation site A");
    expect(verified.stdout).toContain(`Devices: ${DEVICE}`);
    const { id } = await cliJson<{ id: string }>([
      ...["request", "ask", "--batch", key, "--claim", claim, ...WINDOW, "--due", await tomorrow(), ...authority()],
    ]);
    await cliJson(["request", "answer", id, "--disclosure", path("handoff.json"), ...owner()]);
    const answered = await inThisProcess(verify("handoff.json", "--request", id));
    expect(answered.stdout).toContain(
      "Asked for was 2022-05-06T06:00:00Z to 2022-05-06T12:00:00Z. What is shown has no window: judge yourself",
    );
    const windowed = ["disclose", dir, "--claim", CUSTODY, "--out", path("none.json"), ...WINDOW];
    expect(await refusal(...windowed)).toEqual([2, "disclosure-options"]);
  });

  it("shows lines of the raw file under an exception", async () => {
    const what = ["--claim", CLAIM, "--category", "equipment", "--severity", "2", "--reference", "DEV-1"];
    const { id } = await cliJson<{ id: string }>(["exception", "raise", dir, ...what, ...owner()]);
    await cliJson(disclose("lines.json", "--exception", id, "--lines", "3-5"));
    const verified = await inThisProcess(verify("lines.json"));
    expect(verified.code, verified.stderr).toBe(0);
    const third = readFileSync(RAW, "latin1").split("\n")[2]?.trim() ?? "none";
    expect(verified.stdout).toContain(
      `Lines under exception ${id}, as whoever raised it committed to them; no proof says anything of them:`,
    );
    expect(verified.stdout).toContain("  3: ");
    expect(verified.stdout).toContain(third.slice(0, 10));
    await cliJson(disclose("unknown.json", "--exception", "99", "--lines", "3-5"));
    expect(await refusal(...verify("unknown.json"))).toEqual([1, "disclosure-exception"]);
  });

  it.each([
    ["a window without its end", ["--from", WINDOW[1]], "disclosure-options"],
    ["a window backwards", ["--from", WINDOW[3], "--to", WINDOW[1]], "disclosure-options"],
    ["an analyte of a series", [...WINDOW, "--analyte", "Viability"], "disclosure-options"],
    ["lines with a window", [...WINDOW, "--exception", "1", "--lines", "1-2"], "disclosure-options"],
    ["lines that are not named", ["--exception", "1", "--lines", "all"], "disclosure-options"],
    [
      "a window without readings",
      ["--from", "2021-01-01T00:00:00Z", "--to", "2021-01-02T00:00:00Z"],
      "disclosure-outside",
    ],
  ])("is not made of %s", async (_, words, code) => {
    expect(await refusal(...disclose("none.json", ...words))).toEqual([2, code]);
  });
});
