import { ErrorFragment, id, Interface } from "ethers";
import { describe, expect, it } from "vitest";
import { LONGEST_TEXT } from "../../cli/output.ts";
import { compiled, CONTRACTS } from "../../src/chain/contracts.ts";
import { explainRevert, inWordsOf } from "../../src/chain/revert.ts";
import type { Reader } from "../../src/chain/words.ts";
import { BatchproofError } from "../../src/errors.ts";
import { qaRole, ROLE_ID } from "../../src/formats/roleIds.ts";
import { lockedCircuitId } from "../../src/setup/artifactLock.ts";

/** What the contracts refuse, as a person reads it. */

const OWNER = `0x${"A".repeat(40)}`;
const CALLER = `0x${"b".repeat(40)}`;
const KEY = `0x${"1234abcd".repeat(8)}`;
const OTHER_KEY = `0x${"5678".repeat(16)}`;
const REGISTRY = `0x${"C".repeat(40)}`;

const ABOUT: Reader = {
  batch: { key: KEY, owner: OWNER, dir: "my batch", claims: ["leg/temperature", "leg/custody"], stages: ["leg"] },
};
/** Who ran a command about a folder. */
const READER: Reader = {
  ...ABOUT,
  rpc: "http://127.0.0.1:8545",
  registry: REGISTRY,
  account: CALLER,
};
const REGISTER = `--rpc http://127.0.0.1:8545 --registry ${REGISTRY}`;

const errors = new Interface(CONTRACTS.flatMap((name) => compiled(name).abi).filter(({ type }) => type === "error"));

function refused(name: string, values: readonly unknown[], reader: Reader = READER): BatchproofError {
  const error = inWordsOf(reader, explainRevert({ data: errors.encodeErrorResult(name, values) }));
  if (error instanceof BatchproofError) return error;
  throw new Error("no error of ours");
}

function said(name: string, values: readonly unknown[], reader?: Reader): readonly [message: string, remedy: string] {
  const { message, remedy = "" } = refused(name, values, reader);
  return [message.replace("The chain refused. ", ""), remedy];
}

// Verifies R-cli-chain-words.
describe("what a contract refuses", () => {
  it("names role and account, and the command that proposes the role", () => {
    expect(refused("RoleNotHeld", [ROLE_ID.qp, CALLER])).toMatchObject({ kind: "no", code: "RoleNotHeld" });
    const [message, remedy] = said("RoleNotHeld", [ROLE_ID.approver, CALLER.toLowerCase()]);
    expect(message).toMatch(/^The account 0x[bB]{40} does not have the role APPROVER now/);
    expect(remedy).toMatch(/`batchproof role propose approver 0x[bB]{40} --person PERSON --person-key FILE /);
    expect(remedy).toContain(`${REGISTER} --account ADMIN\``);
  });

  it("knows the role QA of an owner, and ADMIN", () => {
    const [message, remedy] = said("RoleNotHeld", [qaRole(OWNER.toLowerCase()), CALLER]);
    expect(message).toContain("QA (of the batch's owner)");
    expect(remedy).toContain(`batchproof role propose qa --owner ${OWNER} 0x`);
    for (const [name, values] of [
      ["RoleNotHeld", [ROLE_ID.admin, CALLER]],
      ["AccessControlUnauthorizedAccount", [CALLER, ROLE_ID.admin]],
    ] as const) {
      expect(said(name, values)[0]).toContain("role ADMIN");
    }
  });

  it("names claim and batch as the folder does, and quotes it for the shell", () => {
    expect(said("AlreadyAttested", [KEY, 0])).toEqual([
      "The claim leg/temperature of batch my batch is attested already.",
      "There is nothing to do, or QA corrects it: `batchproof amend 'my batch' --owner " +
        `${OWNER} --claim leg/temperature --reason REASON ${REGISTER} --account QA\`.`,
    ]);
    expect(said("ClaimsMissing", [3n])[0]).toContain(": claim leg/temperature, claim leg/custody.");
    expect(said("HeadUnset", [0])[0]).toBe("The stage leg has no head yet.");
  });

  it("says index and short key where no folder is at hand, and the whole key in the command", () => {
    expect(said("AlreadyAttested", [KEY, 0], {})[0]).toBe(
      "The claim 0 of batch 0x1234abcd1234abcd… is attested already.",
    );
    expect(said("BatchIsHeld", [KEY, 3], {})).toEqual([
      "The batch 0x1234abcd1234abcd… is held (3 holds, those of batches that it supersedes included).",
      "Each holder lets it go, whom an audit names: " +
        `\`batchproof unhold --batch ${KEY} --reason REASON --rpc URL --registry ADDRESS --account HOLDER\`.`,
    ]);
  });

  it("says what challenges a batch, and the command that decides on exactly that", () => {
    const [message, remedy] = said("Challenged", [5, OTHER_KEY]);
    expect(message).toBe(
      "The batch is challenged, and no QP decided on it: a circuit of its policy was declared unsound; " +
        `a party list under which it was proven was revoked from before then (challenge ${OTHER_KEY.slice(0, 18)}…).`,
    );
    expect(remedy).toContain(`challenge decide 'my batch' --owner ${OWNER} --challenge ${OTHER_KEY} --reason REASON`);
  });

  it("names a seat by its stage, or as that of the batch", () => {
    expect(said("NotQpOfSeat", [KEY, 0, CALLER])[0]).toMatch(/was not named as QP of stage leg of batch my batch,/);
    expect(said("QpKnown", [KEY, 255, CALLER])[0]).toMatch(/was named as QP of batch my batch already/);
  });

  it("does not give another batch the folder's name", () => {
    expect(said("ConsentUsed", [id("consent"), OTHER_KEY])[0]).toContain("belongs to batch 0x5678567856785678…");
  });

  it("names circuits as the lock file does", () => {
    expect(said("CircuitUnknown", [lockedCircuitId("temperature-4k")])).toEqual([
      "The register has no circuit temperature-4k.",
      `Another person approves what one proposes: \`batchproof circuit propose temperature-4k ${REGISTER} --account PROPOSER\`.`,
    ]);
    expect(said("CircuitUnknown", [KEY])[0]).toBe("The register has no circuit 0x1234abcd1234abcd….");
  });

  it("gives times in UTC, lengths of time in words, and a number that is no time as it is", () => {
    const [message] = said("DueTooLate", [1n, 1_700_000_000n, 1_600_000_000n]);
    expect(message).toBe(
      "Due for completion at 2023-11-14T22:13:20Z, and the policy allows 2020-09-13T12:26:40Z at the latest.",
    );
    expect(said("MaxDueInvalid", [0n, 3600n])[0]).toContain("0 s to release and 1 h to completion");
    expect(said("DueNotInFuture", [0n, 2n ** 64n - 1n, 1n])[0]).toContain(
      "at year 10000 or later (18446744073709551615 s),",
    );
    expect(said("RevokedInFuture", [1_700_000_000n, 1_600_000_000n])[0]).toBe(
      "What is attested until 2023-11-14T22:13:20Z would stand, and it is 2020-09-13T12:26:40Z.",
    );
  });

  it("says what a contract says in its own words in quotes, and the code of a failed assertion", () => {
    const solidity = new Interface(["error Error(string message)", "error Panic(uint256 code)"]);
    const explain = (name: string, value: unknown): string =>
      explainRevert({ data: solidity.encodeErrorResult(name, [value]) }).message;
    expect(explain("Error", 'no "way"')).toBe('The chain refused. The contract says: "no \\"way\\"".');
    expect(explain("Panic", 17n)).toBe("The chain refused. The contract met an error of its own (code 17).");
  });

  it("keeps what the first reader knew, and leaves other errors alone", () => {
    const error = refused("AlreadyAttested", [KEY, 0], ABOUT);
    expect(inWordsOf({ rpc: "http://a.example" }, error)).toMatchObject({
      message: "The chain refused. The claim leg/temperature of batch my batch is attested already.",
      remedy: expect.stringContaining("--rpc http://a.example --registry ADDRESS") as string,
    });
    const other = new Error("other");
    expect(inWordsOf(READER, other)).toBe(other);
  });

  it("leaves the remedies of all errors whole on the screen", () => {
    for (const { name, inputs } of errors.fragments.filter((each) => each instanceof ErrorFragment)) {
      const values = inputs.map(({ type }) => valueOf(type));
      const { message, remedy = "" } = refused(name, values);
      expect({ name, isWhole: Math.max(message.length, remedy.length) <= LONGEST_TEXT }).toEqual({
        name,
        isWhole: true,
      });
    }
  });
});

/** A value of a type, as long as it is shown. */
function valueOf(type: string): unknown {
  if (type === "address") return CALLER;
  if (type === "bytes32") return OTHER_KEY;
  return type === "bool" ? true : 3n;
}
