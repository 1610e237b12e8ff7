import { describe, expect, it } from "vitest";
import { CONTRACT_ERRORS } from "../../src/contractErrors.ts";
import { refusal } from "../../src/errors.ts";
import { templateWords } from "../../src/chain/words.ts";
import { DECISIONS } from "../../src/service/decisions.ts";
import { problemOf } from "../../src/service/problem.ts";
import { CALLS } from "../../src/service/remedies.ts";
import { ROUTES } from "../../src/service/routes.ts";

/** What a caller is told of a refusal of a contract. */
function told(name: keyof typeof CONTRACT_ERRORS): string | null {
  const [sentence, remedy] = CONTRACT_ERRORS[name];
  return problemOf(refusal(sentence, { code: name, remedy: templateWords(remedy) })).remedy;
}

// Verifies R-service-remedy.
describe("a remedy over HTTP", () => {
  it("names the call that does what a command does, and what is done by commands alone", () => {
    expect(told("HeadUnset")).toBe("Attest its custody first, or with it: `POST /v1/sites/SITE/batches/BATCH/attest`.");
    expect(told("CertificateFromFuture")).toBe("Set the clock right, and sign again.");
    expect(told("CertificateExpired")).toBe("Sign again: `POST /v1/sites/SITE/batches/BATCH/decisions (certify)`.");
    expect(told("AdministrationWrong")).toContain("at most 30 days ahead: `administration`.");
    expect(told("AdminNotRevocable")).toMatch(/`batchproof role propose admin [^`]*` \(at the command line\)/);
  });

  it("prints no command of the command line as if it were a call, of any error of the contracts", () => {
    for (const name of Object.keys(CONTRACT_ERRORS) as (keyof typeof CONTRACT_ERRORS)[]) {
      const commands = told(name)?.match(/`batchproof [^`]*`(?! \(at the command line\))/g) ?? [];
      expect([name, commands]).toEqual([name, []]);
    }
  });

  it("names calls that there are", () => {
    const path = (text: string): string => text.replace(/:?[A-Za-z]+/g, (word) => word.replace(":", "").toUpperCase());
    const routes = new Set(ROUTES.map((each) => path(`${each.method} ${each.path}`)));
    for (const call of CALLS.values()) {
      const [, address = "", kind] = /^([^(]*?)(?: \((.*)\))?$/.exec(call) ?? [];
      expect([call, routes.has(path(address))]).toEqual([call, true]);
      if (kind !== undefined) expect(Object.keys(DECISIONS)).toContain(kind);
    }
  });

  it("names every decision that is prepared, but what has no command of its own", () => {
    const named = new Set([...CALLS.values()].map((call) => /\((.*)\)$/.exec(call)?.[1]));
    expect(Object.keys(DECISIONS).filter((kind) => !named.has(kind))).toEqual(["withdraw-confirmation"]);
  });
});
