import { readFileSync } from "node:fs";
import { cp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { toHex } from "../../src/formats/field.ts";
import { readFridgetag } from "../../src/import/fridgetag.ts";
import { LONG_FORM, shippedProfile } from "../../src/import/table/shipped.ts";
import { parseTime } from "../../src/input/times.ts";
import { csvFile, csvLine } from "../import/historian.ts";
import { cli, cliJson, inThisProcess, Scene } from "./scene.ts";
import { filesIn, type Run } from "./support.ts";

/**
 * The way of a batch as its people walk it: every step a command of its own, on a node of another maker (anvil), from a
 * real signed logger file to the regulator's page.
 */

const RAW = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
const TRUNCATED = "fixtures/berlinger/fridgetag2L_test_TRUNCATED_bad_signature.txt";
const DEVICE = "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088";
const CLAIM = "cold-storage/temperature";
/** Of a batch that is opened today, with data of 2022. */
const LATE = /^cold-storage\/temperature: deviation \(openedLate, openingUnbounded\)\n {2}Temperature: \d+ readings/;
const PASS = /^cold-storage\/temperature: pass\n {2}Temperature: \d+ readings/;
const YEAR_2022 = ["--from", "2022-01-01T00:00:00Z", "--to", "2022-12-31T00:00:00Z"] as const;

let scene: Scene;
let on: readonly string[];
const path = (name: string): string => scene.path(name);

/** The fridge policy, whose series may be thinned. */
function policyText(): string {
  const policy = JSON.parse(readFileSync("fixtures/policies/fridge-2-8.json", "utf8")) as {
    claims: readonly { readonly rule: object }[];
  };
  const claims = policy.claims.map((claim) => ({ ...claim, rule: { ...claim.rule, bucket: 900 } }));
  return JSON.stringify({ ...policy, claims });
}

async function initialise(name: string, order: string, device = DEVICE, coi = `COI of ${name}`): Promise<string> {
  const dir = path(name);
  const identity = ["--lot", `LOT ${name}`, "--coi", coi, "--order", order];
  const fixed = ["--custodian", path("custodian.json"), "--device", device, "--parties", path("parties.json")];
  await cliJson(["init", dir, "--policy", path("policy.json"), ...identity, ...fixed]);
  return dir;
}

function importInto(
  dir: string,
  extra: readonly string[] = ["--offset", "+00:00"],
  file = RAW,
  run = cli,
): Promise<Run> {
  return run(["import", "fridgetag", file, ...into(dir), ...extra]);
}

function importCsv(dir: string, extra: readonly string[], run = cli): Promise<Run> {
  return run(["import", "csv", path("export.csv"), ...into(dir), ...extra]);
}

function into(dir: string): string[] {
  return ["--into", dir, "--claim", CLAIM, "--source", path("source.json")];
}

/** The readings of the compliant leg as a historian would have exported them, beside another tag. */
function exportedLeg(): Buffer {
  const { readings } = readFridgetag(readFileSync(RAW), RAW);
  const [first, last] = [parseTime("2022-05-05T00:00:00Z", "test"), parseTime("2022-05-10T00:00:00Z", "test")];
  const leg = readings.filter(({ localTime }) => localTime >= first && localTime <= last);
  const lines = leg.map(({ localTime, value }) => csvLine({ time: localTime, value }, 3600));
  return csvFile(["2022-05-05T01:00:00+01:00,DOOR,0,Good,", ...lines]);
}

async function rowsIn(dir: string): Promise<{ rows: string; header: Record<string, string> }> {
  const text = await readFile(join(dir, "records/cold-storage--temperature.json"), "utf8");
  return JSON.parse(text) as { rows: string; header: Record<string, string> };
}

function setTimes(dir: string, start: string, end: string): Promise<unknown> {
  return cliJson(["stage", dir, "cold-storage", "--start", start, "--end", end]);
}

/** A change of a stage that is refused leaves the party list too. */
async function expectNoHalfChange(dir: string): Promise<void> {
  const list = join(dir, "parties.json");
  const before = await readFile(list, "utf8");
  await writeFile(path("none.json"), JSON.stringify({ format: "batchproof-parties/1", parties: [] }));
  const change = ["--parties", path("none.json"), "--end", "2022-05-01T00:00:00Z"];
  const refused = await inThisProcess(["stage", dir, "cold-storage", ...change, "--json"]);
  expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([2, { error: { code: "batch-time" } }]);
  expect(await readFile(list, "utf8")).toBe(before);
}

interface Status {
  readonly claims: readonly object[];
  readonly due: readonly { readonly time: string; readonly state: string }[];
  readonly register: { readonly known?: object } | null;
  readonly next: readonly { readonly role: string; readonly command: string; readonly fillIn: readonly string[] }[];
}

function status(dir: string, ...words: readonly string[]): Promise<Status> {
  return cliJson(["status", dir, ...on, ...words]);
}

/** What the clock of this machine says of when a batch is due. */
async function expectDue(dir: string): Promise<void> {
  const [due] = (await status(dir)).due;
  const at = 1000 * parseTime(due?.time ?? "", "due");
  try {
    for (const [now, state] of [
      [at, "due today"],
      [at + 1000, "overdue"],
      [at - 86_400_000, "due"],
    ] as const) {
      vi.useFakeTimers({ toFake: ["Date"], now });
      expect((await status(dir)).due).toMatchObject([{ what: "release", state }]);
    }
  } finally {
    vi.useRealTimers();
  }
}

/** A stage that is proven is changed only together with its proof, and a proof that does not fit is not sent. */
async function expectNoChangeUnderProof(dir: string, proof: string): Promise<void> {
  const whole = await readFile(proof, "utf8");
  const stage = ["stage", dir, "cold-storage", "--end", "2022-05-08T15:26:00Z", "--json"];
  const refused = await inThisProcess(stage);
  expect([refused.code, JSON.parse(refused.stdout)]).toMatchObject([1, { error: { code: "stage-proven" } }]);
  await setTimes(dir, "2022-05-05T16:26:00Z", "2022-05-08T17:26:00+01:00"); // the same times: the proof stands
  expect(await readFile(proof, "utf8")).toBe(whole);

  expect(await cliJson([...stage, "--discard-proofs"])).toMatchObject({ discarded: [CLAIM] });
  expect(filesIn(join(dir, "proofs"))).toEqual([]);
  await writeFile(proof, whole);
  expect(await status(dir)).toMatchObject({ claims: [{ outcome: "fail", proof: "stale" }], next: [] });
  for (const named of [[], ["--proof", proof]]) {
    const stale = await inThisProcess(["attest", dir, "--json", ...named, ...on, ...scene.by("manufacturer")]);
    expect([stale.code, JSON.parse(stale.stdout)]).toMatchObject([1, { error: { code: "proof-stale", place: CLAIM } }]);
  }
  await setTimes(dir, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z"); // undone: it fits again

  const record = join(dir, "records", "cold-storage--temperature.json");
  await rename(record, `${record}.away`);
  const unseen = await inThisProcess(["attest", dir, "--json", ...on, ...scene.by("manufacturer")]);
  expect([unseen.code, JSON.parse(unseen.stdout)]).toMatchObject([1, { error: { code: "proof-stale", place: CLAIM } }]);
  await rename(`${record}.away`, record);
}

beforeAll(async () => {
  scene = await Scene.set(["temperature-1k"]);
  ({ on } = scene);
  await writeFile(path("policy.json"), policyText());
  await cliJson(["policy", "salt", path("policy.json")]);
  await writeFile(path("export.csv"), exportedLeg());
  for (const role of ["custodian", "source"]) {
    await cliJson(["key", "new", "--role", role, "--name", role, "--org", "site A", "--out", path(`${role}.json`)]);
    await cliJson(["party", "add", path("parties.json"), "--key", path(`${role}.json`), "--name", role, ...YEAR_2022]);
  }
  const device = ["--device", DEVICE, "--org", "site A", "--name", "logger"];
  await cliJson(["party", "add", path("parties.json"), ...device, ...YEAR_2022]);
  await scene.publish(path("policy.json"), path("parties.json"));
});

afterAll(() => scene.close());

describe("a compliant leg", () => {
  // Verifies R-prover-private, R-prover-fits, R-batch-proven, R-cli-already, R-cli-qp, R-cli-record, R-cli-status, R-cli-next,
  // V1, F7, F21, F22, F23, F24, F32.
  it("goes from the signed file to the regulator's page", async () => {
    const dir = await initialise("good", "order 1");
    const stranger = ["open", dir, "--qp", scene.account("qp"), "--qp", scene.account("stranger"), "--json"];
    const notOpened = await inThisProcess([...stranger, ...on, ...scene.by("manufacturer")]);
    expect([notOpened.code, JSON.parse(notOpened.stdout)]).toMatchObject([1, { error: { code: "qp-role" } }]);
    await cliJson(["open", dir, "--qp", scene.account("qp"), ...on, ...scene.by("manufacturer")]);
    await setTimes(dir, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
    await expectNoHalfChange(dir);
    const imported = await importInto(dir);
    expect(imported.code).toBe(0);
    expect(imported.stdout).toContain("865 readings kept");

    const checked = await cli(["check", dir]);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(LATE)]);
    expect(await status(dir)).toMatchObject({
      claims: [{ outcome: "deviation", proof: "none", register: "open" }],
      register: { chainId: "31337", known: { status: "Open", heldBy: [], openExceptions: 0, differences: [] } },
      next: [{ role: "custodian", command: expect.stringMatching(/^batchproof prove /) as string }],
    });
    await expectDue(dir);

    const manufacturer = scene.account("manufacturer");
    const proven = await cli(["prove", dir, ...scene.destination]);
    expect(proven.code, proven.stderr).toBe(0);
    expect(proven.stdout).toContain("DEVELOPMENT KEY");
    const proof = join(dir, "proofs/cold-storage--temperature.json");
    expect((await inThisProcess(["verify", proof])).stdout).toContain("is valid, opening time not compared");
    const compared = await inThisProcess(["verify", proof, ...on.slice(0, 2), "--owner", manufacturer]);
    expect([compared.code, compared.stdout]).toEqual([0, expect.stringContaining("as the register says")]);
    await expectNoChangeUnderProof(dir, proof);

    const [url = ""] = on.slice(1);
    expect((await status(dir)).next).toEqual([
      { role: "owner", command: `batchproof attest ${dir} --rpc ${url} --account ACCOUNT`, fillIn: ["ACCOUNT"] },
    ]);

    // Another account cannot use the proof.
    const stolen = await inThisProcess(["attest", dir, "--owner", manufacturer, ...on, ...scene.by("stranger")]);
    expect([stolen.code, stolen.stderr]).toEqual([1, expect.stringContaining("context")]);
    expect(stolen.stderr).toContain(`is for the submitter ${manufacturer}, not for `);

    expect((await inThisProcess(["attest", dir, "--dry-run", ...on, ...scene.by("manufacturer")])).stdout).toContain(
      "would be attested",
    );
    expect((await cli(["attest", dir, ...on, ...scene.by("manufacturer")])).code).toBe(0);
    const twice = await inThisProcess(["attest", dir, "--claim", CLAIM, "--json", ...on, ...scene.by("manufacturer")]);
    expect([twice.code, JSON.parse(twice.stdout)]).toMatchObject([0, { claims: [], already: [CLAIM] }]);
    const nothing = await inThisProcess(["attest", dir, ...on, ...scene.by("manufacturer")]);
    expect([nothing.code, nothing.stdout]).toEqual([0, `${CLAIM}: already attested, as the proof says\n`]);
    const whole = await readFile(proof, "utf8");
    const changed = JSON.parse(whole) as { signals: string[] };
    changed.signals[5] = "12345";
    await writeFile(proof, JSON.stringify(changed));
    const differing = `the proof of ${CLAIM}: the register has attested another one`;
    expect(await status(dir)).toMatchObject({ register: { known: { differences: [differing] } } });
    const other = await inThisProcess(["attest", dir, "--json", ...on, ...scene.by("manufacturer")]);
    expect([other.code, JSON.parse(other.stdout)]).toMatchObject([1, { error: { code: "AlreadyAttested" } }]);
    await rm(proof);
    const none = await inThisProcess(["attest", dir, "--json", ...on, ...scene.by("manufacturer")]);
    expect([none.code, JSON.parse(none.stdout)]).toMatchObject([2, { error: { code: "proof-missing" } }]);
    await writeFile(proof, whole);

    const open = await status(dir);
    expect(open).toMatchObject({
      claims: [{ register: "attested" }],
      register: { known: { status: "Compliant", differences: [] } },
      next: [{ role: "qp", command: `batchproof certify ${dir} --certificate FILE --account QP --rpc ${url}` }],
    });
    expect(open.claims[0]).not.toHaveProperty("whose");
    const forked = await initialise("forked", "order 1", "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|2", "COI of good");
    expect(await status(forked, "--owner", manufacturer)).toMatchObject({
      register: { known: { differences: ["the opening"] } },
    });
    const strange = await inThisProcess(["status", dir, ...on, "--owner", scene.account("stranger")]);
    expect(strange.stdout).toMatch(/^register +has no such batch of this owner: 0x/m);

    await writeFile(path("certificate.txt"), "certificate of analysis");
    const certificate = ["--certificate", path("certificate.txt"), "--owner", manufacturer];
    const notQp = await inThisProcess(["certify", dir, "--json", ...certificate, ...on, ...scene.by("stranger")]);
    expect(JSON.parse(notQp.stdout)).toMatchObject({ error: { code: "SignerNotQp" } });
    const certified = await cli(["certify", dir, ...certificate, ...on, ...scene.by("qp")]);
    expect(certified.code, certified.stderr).toBe(0);
    expect(certified.stdout).toContain("DEVELOPMENT KEY");
    // The same again is done already; with another document it is not.
    const again = await inThisProcess(["certify", dir, "--json", ...certificate, ...on, ...scene.by("qp")]);
    expect([again.code, JSON.parse(again.stdout)]).toMatchObject([0, { already: true }]);
    await writeFile(path("other.txt"), "another certificate");
    const another = ["--certificate", path("other.txt"), "--owner", manufacturer];
    expect((await inThisProcess(["certify", dir, ...another, ...on, ...scene.by("qp")])).code).toBe(1);
    expect(certified.stdout).toMatch(
      /For the file:\nbatch +0x[0-9a-f]{64}\nregister +0x[0-9a-fA-F]{40}\nchain +31337\nblock +[1-9][0-9]*\ntime +20\d\d-[\dT:-]+Z\n$/,
    );

    expect(await status(dir)).toMatchObject({ register: { known: { status: "Released" } }, due: [], next: [] });

    const audited = await cli(["audit", "--all", ...on]);
    expect(audited.stdout).toContain("1 opened = 1 certified");
    expect(audited.stdout).toContain("custody not proven");

    await expectNothingPrivate(dir, [imported, checked, proven, audited, twice], proof);
  });

  // Verifies R-import-attempt, C21.
  it("counts a second, different import as a further attempt, and the same one not at all", async () => {
    const dir = await initialise("again", "order 2");
    await setTimes(dir, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
    expect((await importInto(dir, undefined, RAW, inThisProcess)).code).toBe(0);
    const same = await importInto(dir, ["--offset", "+00:00", "--json"], RAW, inThisProcess);
    expect(JSON.parse(same.stdout)).toMatchObject({ attempt: 0 });

    const shifted = ["--offset", "+00:00", "--clock-error", "30"];
    const unexplained = await importInto(dir, shifted, RAW, inThisProcess);
    expect([unexplained.code, unexplained.stderr]).toEqual([
      2,
      expect.stringMatching(/needs a reason[^]*--reason TEXT/),
    ]);
    expect((await importInto(dir, [...shifted, "--reason", "clock compared again"], RAW, inThisProcess)).code).toBe(0);
    expect((await inThisProcess(["check", dir])).stdout).toMatch(
      /^cold-storage\/temperature: deviation \(attempt, clock\)\n/,
    );
  });
});

describe("the same readings as CSV", () => {
  const chosen = ["--device", DEVICE, "--tag", "TT-101"];

  async function storedLeg(name: string): Promise<string> {
    const dir = await initialise(name, `order of ${name}`);
    await setTimes(dir, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
    return dir;
  }

  it("give the same rows as the signed file, and pass the same check, with nothing signed by the device", async () => {
    const [signed, unsigned] = [await storedLeg("signed"), await storedLeg("unsigned")];
    expect((await importInto(signed, ["--offset", "+00:00"], RAW, inThisProcess)).code).toBe(0);
    const imported = await importCsv(unsigned, chosen);
    expect(imported.code, imported.stderr).toBe(0);
    expect(imported.stdout).toContain("signed: NOT by the device");
    expect(imported.stdout).toContain("of other tags or columns, left out: 1");
    expect(imported.stdout).toContain("865 readings kept");
    const [one, other] = [await rowsIn(signed), await rowsIn(unsigned)];
    expect(other.rows).toBe(one.rows);
    expect(other.header).toMatchObject({ bucket: "0", deviceHash: one.header["deviceHash"] });
    const { hash } = shippedProfile(LONG_FORM);
    expect(filesIn(join(unsigned, "evidence"))).toEqual([`${toHex(hash)}.profile.json`, "export.csv"]);
    const checked = await inThisProcess(["check", unsigned]);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(PASS)]);
  });

  it("are thinned where the user says so, which the record declares", async () => {
    const dir = await storedLeg("thinned");
    const imported = await importCsv(dir, [...chosen, "--thin", "900"], inThisProcess);
    expect(imported.code, imported.stderr).toBe(0);
    const { rows, header } = await rowsIn(dir);
    const count = rows.split(" ").length;
    expect(count).toBeLessThan(865);
    expect(header).toMatchObject({ bucket: "900", rowCount: `${count}` });
    expect(imported.stdout).toContain(`thinned: from 865 to ${count} readings`);
    const checked = await inThisProcess(["check", dir]);
    expect([checked.code, checked.stdout]).toEqual([0, expect.stringMatching(PASS)]);
  });

  // Verifies R-import-device, F20.
  it("of a device that the stage does not name, or the party list does not hold, are refused before anything is written", async () => {
    const vaisala = "Vaisala|RFL100|S1";
    const stranger = ["--device", vaisala, "--tag", "TT-101", "--json"];
    const unlisted = await initialise("unlisted", "order of unlisted", vaisala);
    await setTimes(unlisted, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
    const journal = await readFile(path("source.json.journal"));
    for (const [dir, problem] of [
      [await storedLeg("stranger"), `stage cold-storage names "${DEVICE}" and not this one`],
      [unlisted, "the party list does not hold it"],
    ] as const) {
      const { code, stdout } = await importCsv(dir, stranger, inThisProcess);
      const message = `The file is of Vaisala, RFL100, serial S1: ${problem}.`;
      expect([code, JSON.parse(stdout)]).toMatchObject([
        2,
        { error: { code: "device", kind: "input", place: path("export.csv"), message } },
      ]);
      expect([filesIn(join(dir, "records")), filesIn(join(dir, "evidence"))]).toEqual([[], []]);
    }
    expect(await readFile(path("source.json.journal"))).toEqual(journal);
  });

  const cases: readonly (readonly [what: string, extra: readonly string[], expected: string])[] = [
    ["no device", ["--tag", "TT-101"], "--device"],
    ["half a device", ["--device", "Vaisala|RFL100", "--tag", "TT-101"], "vendor, model and serial"],
    ["several tags", ["--device", DEVICE], "its tags are: DOOR, TT-101"],
    ["a tag that is not there", ["--device", DEVICE, "--tag", "TT-102"], "its tags are: DOOR, TT-101"],
    ["an offset, which the lines have", [...chosen, "--offset", "+00:00"], "--offset"],
    ["buckets of no time", [...chosen, "--thin", "0"], "60 to 3600"],
    ["buckets with decimals", [...chosen, "--thin", "60.5"], "60 to 3600"],
    [
      "buckets longer than the rule permits",
      [...chosen, "--thin", "901"],
      "longer than the 15 min that the claim's rule permits",
    ],
  ];
  it.each(cases)("with %s are refused, and leave nothing behind", async (what, extra, expected) => {
    const dir = await storedLeg(`csv-${what.replaceAll(/\W+/g, "-")}`);
    const refused = await importCsv(dir, extra, inThisProcess);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(expected);
    expect(filesIn(join(dir, "records"))).toEqual([]);
    expect(filesIn(join(dir, "evidence"))).toEqual([]);
  });
});

describe("a leg out of range", () => {
  // Verifies R-prover-refuses, R-cli-status, R-cli-next, F5.
  it("is refused with rule, reading, time and limit, and declared as an exception", async () => {
    const dir = await initialise("hot", "order 3");
    await cliJson(["open", dir, "--qp", scene.account("qp"), ...on, ...scene.by("manufacturer")]);
    await setTimes(dir, "2022-05-11T12:01:00Z", "2022-05-13T12:01:00Z");
    expect((await importInto(dir, undefined, RAW, inThisProcess)).code).toBe(0);
    const checked = await cli(["check", dir]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain(
      "rule range: reading 25 at 2022-05-11T14:01:00Z is 8.3 °C, above the upper limit of 8.0 °C; 56 more like it.",
    );
    const proven = await inThisProcess(["prove", dir, "--json", ...scene.destination]);
    expect(proven.code).toBe(1);
    expect(JSON.parse(proven.stdout)).toMatchObject({ error: { code: "range" } });
    expect(filesIn(join(dir, "proofs"))).toEqual([]);

    const what = ["--claim", CLAIM, "--category", "parameter", "--severity", "2", "--reference", "DEV-1"];
    const raise = ["exception", "raise", dir, ...what];
    const failed = await status(dir);
    expect(failed.claims).toMatchObject([{ outcome: "fail", whose: "QA" }]);
    const declared = ["--category parameter", "--severity 3", "--reference REFERENCE"].join(" ");
    expect(failed.next.map(({ command }) => command)).toEqual([
      `batchproof exception raise ${dir} --claim ${CLAIM} ${declared} --rpc ${on[1] ?? ""} --account ACCOUNT`,
    ]);
    expect((await inThisProcess([...raise, ...on, ...scene.by("manufacturer")])).code).toBe(0);
    expect(await status(dir)).toMatchObject({
      register: { known: { status: "Exception", openExceptions: 1 } },
      next: [],
    });
    expect((await inThisProcess(["status", dir, ...on])).stdout).toMatch(
      /^exceptions +1 open; audit prints their numbers; QA proposes /m,
    );
    const audited = await cli(["audit", "--fail-on-exceptions", ...on]);
    expect(audited.code).toBe(1);
    expect(audited.stdout).toContain("exception 1: parameter, claim 0, severity 2");
  });

  // Verifies R-import-beyond.
  it("is imported even where a reading has no code at all, so that check can name it", async () => {
    const dir = await initialise("frozen", "order 4");
    await setTimes(dir, "2022-05-30T00:01:00Z", "2022-05-31T00:01:00Z");
    const imported = await importInto(dir, undefined, RAW, inThisProcess);
    expect(imported.code, imported.stderr).toBe(0);
    const checked = await inThisProcess(["check", dir]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toMatch(
      /rule range: reading \d+ at 2022-05-30T.* is -.* °C, below the lower limit of 2.0 °C/,
    );
    expect(checked.stdout).not.toContain("rule source");
  });
});

// Verifies R-cli-nothing-left.
describe("bad input leaves nothing behind", () => {
  const cases: readonly (readonly [what: string, extra: readonly string[], file: string, expected: string])[] = [
    ["no offset", [], RAW, "--offset +00:00"],
    ["a tampered file", ["--offset", "+00:00"], TRUNCATED, "after the device signed"],
    ["a missing file", ["--offset", "+00:00"], "fixtures/none.txt", "fixtures/none.txt"],
    ["an unknown claim", ["--offset", "+00:00", "--claim", "a/b"], RAW, CLAIM],
  ];
  it.each(cases)("%s", async (what, extra, file, expected) => {
    const dir = await initialise(`bad-${what.replaceAll(" ", "-")}`, `order of ${what}`);
    await setTimes(dir, "2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z");
    const refused = await importInto(dir, extra, file, inThisProcess);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(expected);
    expect(filesIn(join(dir, "records"))).toEqual([]);
    expect(filesIn(join(dir, "evidence"))).toEqual([]);
  });

  it("a stage that the file covers only with a gap", async () => {
    const dir = await initialise("gap", "order of a gap");
    await setTimes(dir, "2022-05-02T04:44:00Z", "2022-05-03T00:01:00Z");
    const refused = await importInto(dir, undefined, RAW, inThisProcess);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("the rule allows 15 min");
    expect(filesIn(join(dir, "records"))).toEqual([]);
  });

  it("missing secrets, and a policy that is not the batch's", async () => {
    const dir = await initialise("broken", "order of broken");
    const secrets = await readFile(join(dir, "secrets.json"));
    await rm(join(dir, "secrets.json"));
    const missing = await inThisProcess(["check", dir]);
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining("secrets.json")]);
    await writeFile(join(dir, "secrets.json"), secrets, { mode: 0o600 });
    await cp("fixtures/policies/usp-controlled-cold.json", join(dir, "policy.json"));
    const wrong = await inThisProcess(["check", dir]);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("policy.json")]);
  });
});

/** No salt, identity or site may appear in anything that leaves the folder or is printed. */
async function expectNothingPrivate(dir: string, outputs: readonly Run[], proof: string): Promise<void> {
  const secrets = JSON.parse(await readFile(join(dir, "secrets.json"), "utf8")) as object;
  const texts = [...outputs.map(({ stdout, stderr }) => stdout + stderr), await readFile(proof, "utf8")];
  const values = JSON.stringify(secrets).match(/"(0x)?[0-9a-f]{62,64}"/g) ?? [];
  const hidden = values.map((value) => value.replaceAll('"', "").replace("0x", "").replace(/^0+/, ""));
  const { batch } = secrets as { batch: string };
  const needles = [...hidden, ...hidden.map((hex) => BigInt(`0x${hex}`).toString()), "COI of", "site A", "order 1"];
  const isPublic = new Set([batch.slice(2).replace(/^0+/, ""), BigInt(batch).toString()]);
  expect(hidden.length).toBeGreaterThan(4);
  for (const needle of needles.filter((value) => !isPublic.has(value))) {
    for (const text of texts) expect(text.includes(needle), needle).toBe(false);
  }
}
