import fhirLibrary from "fhir";
import { evaluate } from "fhirpath";
import r4 from "fhirpath/fhir-context/r4";
import { describe, expect, it } from "vitest";
import { fhirBundle, isAvailable, type FhirContent } from "../../src/exports/fhir.ts";
import { hash, provenClaim, releasedStanding } from "./fhirSample.ts";

const library = new fhirLibrary.Fhir();
const REVOKED = { consent: hash("a1"), granted: "2026-01-05T08:00:00Z", revoked: "2026-02-27T08:00:00Z" };
const HOLD = [{ side: "authority", order: "ORDER-7" }] as const;
const SUPPLY = {
  administration: "2026-03-05T08:00:00Z",
  notificationDue: "2026-03-07T08:00:00Z",
  notified: false,
} as const;

function contentOf(change: Partial<FhirContent> = {}): FhirContent {
  return { standing: releasedStanding(), category: "cells", ...change };
}

const REGISTER = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const URN = `urn:batchproof:31337:${REGISTER}:${hash("b1")}`;

/** All that R4 can say of a batch. */
const EVERYTHING = contentOf({
  standing: releasedStanding({
    ...{ recalled: true, holds: HOLD, supply: SUPPLY, developmentKeys: true, status: "Rejected" },
    challenge: { kinds: ["circuit"], decided: false },
    claims: [provenClaim({ deviations: ["late-window"], unsound: true, circuit: null })],
  }),
  carrier: { scheme: "gs1", text: "(01)04012345678901(21)AB12" },
  stages: [{ name: "transport", start: "2026-02-21T08:00:00Z", end: "2026-02-22T08:00:00Z" }, { name: "storage" }],
  consent: REVOKED,
});

/** Values that another reader of R4 finds in a bundle. */
function read(content: FhirContent, path: string): unknown[] {
  return evaluate(fhirBundle(content), path, undefined, r4, { async: false });
}

/** What a validator of others refuses. */
function refusedOf(bundle: object): string[] {
  const { messages } = library.validate(JSON.stringify(bundle), { errorOnUnexpected: true });
  return messages
    .filter(
      ({ severity, message = "" }) =>
        String(severity) !== "warning" || !EXTENDED.some((code) => message.includes(code)),
    )
    .map(({ location, message }) => `${location}: ${message}`);
}

/** Codes where R4 lets others extend its lists, or gives an example alone: of these it warns. */
const EXTENDED = ["(https://batchproof.invalid/fhir/decision)", 'Code "HTEST"'];

/** The bundle with one value changed, by its path of members. */
function mutated(path: readonly (string | number)[], value: unknown): object {
  const bundle = JSON.parse(JSON.stringify(fhirBundle(EVERYTHING))) as Record<string, unknown>;
  let at: Record<string | number, unknown> = bundle;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1) ?? "";
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return bundle;
}

// Verifies R-fhir-valid.
describe("a batch as a FHIR bundle", () => {
  it.each([
    ["of a released batch", contentOf()],
    ["of all that can be said", EVERYTHING],
    ["of a batch of which nothing is proven", contentOf({ standing: releasedStanding({ claims: [] }) })],
  ])("is R4 as a validator of others reads it, %s", (_, content) => {
    expect(refusedOf(fhirBundle(content))).toEqual([]);
  });

  it.each([
    ["a status that R4 does not know", ["entry", 0, "resource", "status"], "released", "not found in value set"],
    ["another category", ["entry", 0, "resource", "productCategory"], "blood", "not found in value set"],
    ["no time", ["entry", 1, "resource", "recorded"], undefined, "Missing property"],
    ["no agent", ["entry", 1, "resource", "agent"], undefined, "Missing property"],
    ["another role of an entity", ["entry", 1, "resource", "entity", 0, "role"], "proof", "not found in value set"],
    ["no scope of the consent", ["entry", 10, "resource", "scope"], undefined, "Missing property"],
    ["another state of the consent", ["entry", 10, "resource", "status"], "revoked", "not found in value set"],
    ["an element of our own", ["entry", 0, "resource", "reading"], 4.2, "Unexpected property"],
    ["another type of bundle", ["type"], "batch-record", "not found in value set"],
    ["a resource that is none", ["entry", 0, "resource", "resourceType"], "Bag", "not a valid resource type"],
  ] as const)("is refused by that validator with %s", (_, path, value, message) => {
    expect(refusedOf(mutated(path, value))).toEqual([expect.stringContaining(message)]);
  });

  it("is the same after the way to XML and back", () => {
    const bundle = fhirBundle(EVERYTHING);
    expect(library.xmlToObj(library.objToXml(bundle))).toEqual(bundle);
  });

  it("says to another reader what the register says", () => {
    const product = "Bundle.entry.resource.ofType(BiologicallyDerivedProduct)";
    expect(read(EVERYTHING, `${product}.identifier.value`)).toEqual([URN, "(01)04012345678901(21)AB12"]);
    expect(read(EVERYTHING, `${product}.processing.time.start`)).toEqual(["2026-02-21T08:00:00Z"]);
    expect(read(EVERYTHING, `${product}.processing.description`)).toEqual(["transport", "storage"]);
    expect(read(contentOf(), "Bundle.entry.resource.ofType(Provenance).policy")).toEqual([
      `did:pkh:eip155:31337:${REGISTER}/policies/${hash("d1")}`,
    ]);
    expect(read(contentOf(), "Bundle.entry.resource.ofType(Provenance).recorded")).toEqual(["2026-02-25T10:00:00Z"]);
    expect(read(contentOf(), "Bundle.entry.resource.ofType(Provenance).entity.what.identifier.value")).toEqual([
      "0",
      hash("f1"),
      hash("e1"),
    ]);
    expect(read(EVERYTHING, "Bundle.entry.resource.ofType(Provenance).activity.text")).toEqual([
      "claim 0 (temperature) proven; deviation late-window; nobody here knows what its circuit proves; " +
        "its circuit is frozen as unsound",
    ]);
    expect(read(EVERYTHING, "Bundle.entry.resource.ofType(AuditEvent).subtype.code")).toEqual([
      "opened",
      "claims",
      "certified",
      "held",
      "recalled",
      "challenged",
      "supplied",
      "ended",
    ]);
    const asOf = " (as of block 42; since when, a standing does not say)";
    expect(read(EVERYTHING, "Bundle.entry.resource.ofType(AuditEvent).outcomeDesc")).toEqual([
      "the batch was opened",
      "claims: 1 proven, 0 settled, 0 refused, 0 missing; " +
        `open exceptions: 0 of the batch, 0 of those that it supersedes or of revoked consents${asOf}`,
      "a Qualified Person certified the batch; it counts",
      `held by the side of authority: order ORDER-7${asOf}`,
      `the batch is recalled${asOf}`,
      `in doubt by 1 challenge (circuit); nobody decided on it${asOf}`,
      "out of specification, supplied at a physician's request for 2026-03-05T08:00:00Z; " +
        `the authority is to be notified by 2026-03-07T08:00:00Z${asOf}`,
      `the batch is rejected${asOf}`,
    ]);
    expect(read(EVERYTHING, "Bundle.entry.resource.ofType(AuditEvent).recorded").slice(0, 4)).toEqual([
      "2026-02-20T08:00:00Z",
      "2026-03-02T12:00:00Z",
      "2026-03-01T09:00:00Z",
      "2026-03-02T12:00:00Z",
    ]);
    expect(read(EVERYTHING, "Bundle.entry.resource.ofType(Consent).status")).toEqual(["inactive"]);
    expect(read(EVERYTHING, "Bundle.entry.resource.ofType(Consent).provision.period.end")).toEqual([REVOKED.revoked]);
    const given = contentOf({ consent: { ...REVOKED, revoked: null } });
    expect(read(given, "Bundle.entry.resource.ofType(Consent).status")).toEqual(["active"]);
  });

  it("points from everything to the product, and nowhere else", () => {
    const [url] = read(EVERYTHING, "Bundle.entry.where(resource is BiologicallyDerivedProduct).fullUrl");
    const references = read(EVERYTHING, "Bundle.descendants().ofType(Reference).reference");
    expect(new Set(references)).toEqual(new Set([url]));
    expect(read(EVERYTHING, "Bundle.entry.fullUrl.isDistinct()")).toEqual([true]);
  });
});

// Verifies R-fhir-repeatable.
describe("the ids of a bundle", () => {
  it("are the same for the same block, and others for another batch or register", () => {
    expect(JSON.stringify(fhirBundle(contentOf()))).toBe(JSON.stringify(fhirBundle(contentOf())));
    const ids = (change: Parameters<typeof releasedStanding>[0]): unknown[] =>
      read(contentOf({ standing: releasedStanding(change) }), "Bundle.entry.resource.id");
    const here = new Set(ids({}));
    for (const other of [{ batch: hash("b2") }, { chainId: "1" }, { registry: `0x${"1".repeat(40)}` }])
      expect(ids(other).filter((id) => here.has(id))).toEqual([]);
  });
});

// Verifies R-fhir-available, V339.
describe("V339: a product is available", () => {
  it("where the register lets it go and nothing speaks against it", () => {
    expect(read(contentOf(), "Bundle.entry.resource.ofType(BiologicallyDerivedProduct).status")).toEqual(["available"]);
  });

  it.each([
    ["is not released", { release: "No" }],
    ["was administered", { status: "Completed" }],
    ["is supplied exceptionally", { release: "ExceptionalSupply" }],
    ["is recalled", { recalled: true }],
    ["is held", { holds: HOLD }],
    ["has an open exception", { openExceptions: { own: 1, inherited: 0 } }],
    ["inherits an open exception", { openExceptions: { own: 0, inherited: 1 } }],
    ["is challenged", { challenge: { kinds: ["circuit"], decided: false } }],
    ["rests on a circuit that is frozen as unsound", { claims: [provenClaim({ unsound: true })] }],
    ["rests on a circuit of which nobody knows what it proves", { claims: [provenClaim({ circuit: null })] }],
    ["has a claim of a kind that nobody knows", { claims: [{ ...provenClaim(), kind: null }] }],
    ["rests on keys that anybody can forge proofs for", { developmentKeys: true }],
  ] as const)("and not where it %s, whatever else it is", (_, change) => {
    expect(isAvailable(releasedStanding(change))).toBe(false);
  });

  it("where a Qualified Person decided on what was challenged", () => {
    expect(isAvailable(releasedStanding({ challenge: { kinds: ["circuit"], decided: true } }))).toBe(true);
  });

  it("is marked as test data throughout where keys are for development", () => {
    const tags = read(EVERYTHING, "Bundle.entry.resource.meta.tag.code");
    expect(tags).toHaveLength(fhirBundle(EVERYTHING).entry.length);
    expect(new Set(tags)).toEqual(new Set(["HTEST"]));
    expect(read(contentOf(), "Bundle.descendants().where(code = 'HTEST')")).toEqual([]);
  });
});

// Verifies R-fhir-private, V340.
describe("V340: a bundle names nobody", () => {
  it("has no Patient, no subject and no source, whatever is exported", () => {
    const types = read(EVERYTHING, "Bundle.entry.resource.type().name");
    expect(new Set(types)).toEqual(new Set(["BiologicallyDerivedProduct", "Provenance", "AuditEvent", "Consent"]));
    expect(read(EVERYTHING, "Bundle.entry.resource.patient")).toEqual([]);
    expect(read(EVERYTHING, "Bundle.entry.resource.performer")).toEqual([]);
    expect(read(EVERYTHING, "Bundle.entry.resource.collection")).toEqual([]);
    expect(read(EVERYTHING, "Bundle.descendants().where($this is Signature)")).toEqual([]);
  });

  it("has no stage and no time of one unless it is asked for", () => {
    expect(read(contentOf(), "Bundle.entry.resource.processing")).toEqual([]);
  });
});

// Verifies R-fhir-text, V341.
describe("V341: a text of others in a bundle", () => {
  const hostile = '</text><script>alert(1)</script>\u202e\u0000\u001b[31m"&';

  it("is text in JSON and XML, and acts in neither", () => {
    const standing = releasedStanding({
      policy: { ...releasedStanding().policy, product: hostile },
      holds: [{ side: "authority", order: hostile }],
    });
    const bundle = fhirBundle(
      contentOf({ standing, stages: [{ name: hostile }], carrier: { scheme: "gs1", text: hostile } }),
    );
    expect(JSON.stringify(bundle)).not.toMatch(/[\u0000-\u001f\u202e]/u);
    expect(refusedOf(bundle)).toEqual([]);
    const xml = library.objToXml(bundle);
    expect(xml).not.toContain("<script>");
    expect(library.xmlToObj(xml)).toEqual(bundle);
  });

  it("that shows nothing is left out: R4 has no empty string", () => {
    const standing = releasedStanding({ policy: { ...releasedStanding().policy, product: "  " } });
    expect(read(contentOf({ standing }), "Bundle.entry.resource.productCode")).toEqual([]);
  });
});
