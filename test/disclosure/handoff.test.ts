import { describe, expect, it } from "vitest";
import { discloseHandoff, type HandoffJson } from "../../src/disclosure/handoff.ts";
import { verifyDisclosure } from "../../src/disclosure/verify.ts";
import { toHex } from "../../src/formats/field.ts";
import { stageHead, STAGE_HEAD_FIELDS } from "../../src/formats/head.ts";
import { deviceHash, deviceSet, textHash } from "../../src/formats/identity.ts";
import { refused } from "../input/refused.ts";
import { BATCH, makeEvidence } from "../support/evidence.ts";
import { attestedOf, fileOf } from "./support.ts";

const DEVICE = { vendor: "Berlinger", model: "Q-tag", serial: "1" };
const HEAD = {
  ...makeEvidence().head,
  org: textHash("Site A"),
  seal: textHash("S-1"),
  deviceSet: deviceSet([deviceHash(DEVICE)]),
};
const ATTESTED = attestedOf("custody", {
  batch: BATCH,
  proven: { head: stageHead(HEAD), record: HEAD.previous, doubts: [] },
});
const NAMES = { org: "Site A", seal: "S-1", devices: [DEVICE] };
const json = discloseHandoff(HEAD, NAMES);

const shown = (content: HandoffJson, attested = ATTESTED): unknown =>
  verifyDisclosure(fileOf("custody", content), attested, "d.json").content;
const refusal = (content: object, attested = ATTESTED): string | undefined =>
  refused(() => shown(content as HandoffJson, attested)).code;

// Verifies R-disclosure-handoff.
describe("a hand-off that is shown", () => {
  it("says what the head says, with the texts that were told", () => {
    expect(shown(json)).toMatchObject({
      form: "handoff",
      lines: expect.arrayContaining([
        expect.stringContaining("organisation Site A"),
        "Devices: Berlinger|Q-tag|1",
        "Seal: S-1",
      ]) as unknown,
    });
  });

  it("says of others that they were not told", () => {
    const { lines } = shown(discloseHandoff(HEAD, {})) as { readonly lines: readonly string[] };
    expect(lines.filter((line) => line.includes("not told, hash 0x")).length).toBeGreaterThan(2);
  });

  it("V225: can be guessed behind their hashes", () => {
    const { head } = discloseHandoff(HEAD, {});
    expect(["Site B", "Site A"].find((guess) => toHex(textHash(guess)) === head.org)).toBe("Site A");
  });

  it.each(STAGE_HEAD_FIELDS)("V215: is refused with another %s", (field) => {
    const changed = { ...json.head, [field]: `0x${"0".repeat(63)}9` };
    expect(refusal({ ...json, head: changed })).toBe("disclosure-head");
  });

  it.each([
    ["of another batch", { batch: BATCH + 1n }, "disclosure-head"],
    ["of another stage", { stage: 2 }, "disclosure-head"],
    ["after another head", { proven: { head: stageHead(HEAD), record: 1n, doubts: [] } }, "disclosure-record"],
    ["that was not attested", { proven: undefined }, "disclosure-unproven"],
  ] as const)("V215: is refused as one %s", (_, change, code) => {
    expect(refusal(json, { ...ATTESTED, ...change })).toBe(code);
  });

  it.each([
    ["organisation", { org: "Site B" }],
    ["seal", { seal: "S-2" }],
    ["device", { devices: [{ ...DEVICE, serial: "2" }] }],
    ["next device", { nextDevices: [DEVICE] }],
  ])("V215: is refused with another %s", (_, change) => {
    expect(refusal({ ...json, ...change })).toBe("disclosure-name");
  });
});
