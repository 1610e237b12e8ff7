import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { toHex } from "../../../src/formats/field.ts";
import { readBatch } from "../../../src/batch/folder.ts";
import { temporaryFolder } from "../../parties/support.ts";
import {
  batchAt,
  begin,
  COI,
  contentOf,
  LOGGER,
  newSite,
  ORDER,
  refusalOf,
  schedule,
  SITE,
  type Site,
} from "./site.ts";

let site: Site;
beforeAll(async () => {
  site = await newSite(temporaryFolder());
  await begin(site, "b1");
  await schedule(site, "b1");
});

const NEW = { policy: "process", lot: "LOT-1", coi: COI, order: "ORDER-2", devices: [LOGGER] };

describe("a batch of a site", () => {
  // Verifies R-service-batch-whole.
  it("is begun whole, and begun again it stays as it is", async () => {
    const made = await site.ask("operator", "POST", `${SITE}/batches`, { ...NEW, batch: "b2" });
    expect([made.status, made.headers["location"], made.body["already"]]).toEqual([201, batchAt("b2"), false]);
    const batch = await readBatch(site.dirOf("b2"));
    expect(made.body["commitments"]).toEqual({
      batch: toHex(batch.commitments.batch),
      opening: toHex(batch.commitments.opening),
    });
    const before = contentOf(site.dirOf("b2"));
    const again = await site.ask("operator", "POST", `${SITE}/batches`, { ...NEW, batch: "b2" });
    expect([again.status, again.body["already"]]).toEqual([200, true]);
    const other = await site.ask("operator", "POST", `${SITE}/batches`, { ...NEW, batch: "b2", order: "ORDER-3" });
    expect(refusalOf(other)).toEqual([409, "batch-exists"]);
    expect(contentOf(site.dirOf("b2"))).toBe(before);
  });

  // Verifies R-service-batch-whole.
  it("is begun once by calls at the same time, and leaves no half-made folder", async () => {
    const call = () => site.ask("operator", "POST", `${SITE}/batches`, { ...NEW, batch: "b3", order: "ORDER-4" });
    const answers = await Promise.all(Array.from({ length: 6 }, call));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    await readBatch(site.dirOf("b3"));
  });

  it.each([
    ["a policy that the site has not", { policy: "none" }, [400, "file-missing"]],
    ["a policy of another folder", { policy: "../process" }, [400, "request"]],
    ["an id with a dot", { batch: "b.1" }, [400, "request"]],
    ["an id of 64 characters", { batch: "a".repeat(64) }, [400, "request"]],
    ["a lot of two lines", { lot: "LOT\n1" }, [400, "batch-file"]],
    [
      "nine devices",
      { devices: Array.from({ length: 9 }, (_, i) => ({ ...LOGGER, serial: `${i}` })) },
      [400, "request"],
    ],
    ["two devices where the claims want one", { devices: [LOGGER, { ...LOGGER, serial: "2" }] }, [400, "device-count"]],
    ["a member that nobody takes", { salt: "1" }, [400, "request"]],
  ])("is refused with %s, and nothing is made", async (_, change, refused) => {
    const before = contentOf(site.path("batches"));
    const answer = await site.ask("operator", "POST", `${SITE}/batches`, { ...NEW, batch: "b9", ...change });
    expect(refusalOf(answer)).toEqual(refused);
    expect(contentOf(site.path("batches"))).toBe(before);
    expect(answer.text).not.toContain(site.folder);
  });

  it("takes an id of 63 characters", async () => {
    const body = { ...NEW, batch: "a".repeat(63), order: "ORDER-63" };
    expect((await site.ask("operator", "POST", `${SITE}/batches`, body)).status).toBe(201);
  });

  // Verifies R-service-folder, V377.
  it("V377: is never a link, nor anything outside of its site's folder", async () => {
    symlinkSync(site.dirOf("b1"), site.dirOf("link"));
    mkdirSync(site.path("outside"));
    symlinkSync(site.path("outside"), site.dirOf("gone"));
    writeFileSync(site.dirOf("file"), "x");
    for (const id of ["link", "gone", "file", "none"]) {
      expect(refusalOf(await site.ask("operator", "GET", batchAt(id)))).toEqual([404, "not-found"]);
    }
    for (const id of ["..", "%2e%2e", "..%2Fkeys", "b1%2F..%2Fb1", "B1", "b1%00"]) {
      expect([400, 404]).toContain((await site.ask("operator", "GET", batchAt(id))).status);
    }
    for (const id of ["link", "gone", "file"]) {
      const made = await site.ask("operator", "POST", `${SITE}/batches`, { ...NEW, batch: id });
      expect(refusalOf(made)).toEqual([409, "batch-exists"]);
    }
    expect(refusalOf(await site.ask("elsewhere", "GET", "/v1/sites/south/batches/b1"))).toEqual([404, "not-found"]);
    expect(refusalOf(await site.ask("elsewhere", "GET", batchAt("b1")))).toEqual([403, "not-allowed"]);
  });

  // Verifies R-service-private, V383.
  it("V383: shows neither patient, order, salts nor where anything lies, in answers and in errors", async () => {
    const secrets = JSON.parse(readFileSync(join(site.dirOf("b1"), "secrets.json"), "utf8")) as Record<string, unknown>;
    const hidden = [
      COI,
      ORDER,
      site.folder,
      ...(JSON.stringify(secrets).match(/0x[0-9a-f]{64}|[0-9a-f]{64}/g) ?? []),
    ].filter((each) => each !== secrets["batch"] && each !== secrets["checksum"]);
    const answers = [
      await site.ask("operator", "GET", batchAt("b1")),
      await site.ask("operator", "GET", `${SITE}/batches`),
      await site.ask("operator", "POST", `${batchAt("b1")}/check`, {}),
      await site.ask("operator", "GET", `${batchAt("b1")}/handoffs`),
      await site.ask("operator", "PUT", `${batchAt("b1")}/stages/none`, { start: "2022-05-05T16:26:00Z" }),
      await site.ask("operator", "PUT", `${batchAt("b1")}/stages/use`, { start: "2022-05-01T16:26:00Z" }),
      await site.ask("operator", "POST", `${batchAt("b1")}/handoffs/storage/discard`, {}),
    ];
    for (const { text } of answers) for (const each of hidden) expect(text).not.toContain(each);
    writeFileSync(join(site.dirOf("b2"), "register.json"), "{}");
    for (const broken of [
      await site.ask("operator", "GET", batchAt("b2")),
      await site.ask("operator", "POST", `${batchAt("b2")}/check`, {}),
    ]) {
      expect([broken.status, broken.text.includes(site.folder)]).toEqual([400, false]);
      expect(broken.body["place"]).toMatch(/^north\/b2\/register\.json/);
    }
    rmSync(join(site.dirOf("b2"), "register.json"));
    expect(answers[5]?.body).toMatchObject({ code: "batch-time", place: "north/b1/batch.json#/stages/2/start" });
  });
});

describe("a batch that cannot be read", () => {
  // Verifies R-service-party, V423.
  it("V423: is not there for a party: whose it is, nobody can say", async () => {
    cpSync(site.dirOf("b1"), site.dirOf("damaged"), { recursive: true });
    writeFileSync(join(site.dirOf("damaged"), "batch.json"), '{"lot":"LOT-OF-OTHERS"}');
    for (const url of [
      "",
      "/files",
      "/handoffs",
      "/handoff-file",
      "/handoffs/use/message?side=releaser&condition=conforming",
    ])
      for (const who of ["courier", "stranger"] as const) {
        expect(refusalOf(await site.ask(who, "GET", `${batchAt("damaged")}${url}`))).toEqual([404, "not-found"]);
      }
    expect(refusalOf(await site.ask("stranger", "POST", `${batchAt("damaged")}/check`, {}))).toEqual([
      404,
      "not-found",
    ]);
    expect(refusalOf(await site.ask("operator", "GET", batchAt("damaged")))).toEqual([400, "batch-file"]);
    rmSync(site.dirOf("damaged"), { recursive: true });
  });
});

interface Listed {
  readonly items: readonly { readonly batch: string; readonly lot: string | null; readonly code: string | null }[];
  readonly next: string | null;
}

describe("the list of batches", () => {
  it("is told page by page, with what cannot be read", async () => {
    mkdirSync(site.dirOf("broken"));
    const seen: string[] = [];
    let after = "";
    for (;;) {
      const { body } = await site.ask<Listed>("auditor", "GET", `${SITE}/batches?limit=2${after}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ batch }) => batch));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(["b1", "b2", "b3", "broken"]));
    const { body } = await site.ask<Listed>("auditor", "GET", `${SITE}/batches`);
    expect(body.items.find(({ batch }) => batch === "broken")).toMatchObject({ lot: null, code: "batch-missing" });
    expect(refusalOf(await site.ask("auditor", "GET", `${SITE}/batches?limit=201`))).toEqual([400, "request"]);
    expect((await site.ask("auditor", "GET", `${SITE}/batches?limit=200`)).status).toBe(200);
  });

  // Verifies R-service-party, V378.
  it("V378: names to a party the batches of which it holds a stage, and no others", async () => {
    const ids = async (who: "courier" | "stranger"): Promise<string[]> =>
      (await site.ask<Listed>(who, "GET", `${SITE}/batches`)).body.items.map(({ batch }) => batch);
    expect([await ids("courier"), await ids("stranger")]).toEqual([["b1"], []]);
  });
});

interface Shown {
  readonly stages: readonly { readonly stage: string }[];
  readonly claims: readonly { readonly stage: string }[];
  readonly handoffs: readonly { readonly stage: string }[];
  readonly mesExceptions: readonly string[] | null;
}

describe("one batch", () => {
  it("is shown with stages, claims and hand-offs to those who work for the site", async () => {
    const { body } = await site.ask<Shown>("auditor", "GET", batchAt("b1"));
    expect(body.stages).toMatchObject([
      { stage: "storage", start: "2022-05-05T16:26:00Z", custodian: { org: "Site" }, devices: [LOGGER], problem: null },
      { stage: "transport", custodian: { org: "Courier" } },
      { stage: "use", custodian: { org: "Site" } },
    ]);
    expect(body.claims).toHaveLength(6);
    expect(body.claims[0]).toMatchObject({ claim: "storage/temperature", outcome: "missing", proof: "none" });
    expect([body.handoffs.length, body.mesExceptions]).toEqual([3, []]);
  });

  // Verifies R-service-party, V378.
  it("V378: is shown to a party by its own stages, and to one without a stage not at all", async () => {
    const { body, text } = await site.ask<Shown>("courier", "GET", batchAt("b1"));
    const stagesOf = (all: readonly { stage: string }[]): string[] => [...new Set(all.map(({ stage }) => stage))];
    expect([stagesOf(body.stages), stagesOf(body.claims)]).toEqual([["transport"], ["transport"]]);
    // It signs both ends of its stage.
    expect([stagesOf(body.handoffs), body.mesExceptions]).toEqual([["storage", "transport"], null]);
    expect(text).not.toContain("2022-05-05T16:26:00Z");
    expect(refusalOf(await site.ask("stranger", "GET", batchAt("b1")))).toEqual([404, "not-found"]);
    expect(refusalOf(await site.ask("courier", "GET", batchAt("b2")))).toEqual([404, "not-found"]);
  });
});

describe("a stage", () => {
  it.each([
    ["no stage of the policy", "none", { start: "2022-05-05T16:26:00Z" }, [400, "batch-stage"]],
    ["an end before its start", "transport", { end: "2022-05-08T16:59:59Z" }, [400, "batch-time"]],
    ["a time that is none", "transport", { end: "tomorrow" }, [400, "time-syntax"]],
    ["somebody whom the list does not hold", "transport", { custodian: "nobody" }, [400, "party"]],
    ["a source as its custodian", "transport", { custodian: "source" }, [400, "key-role"]],
    ["another first custodian", "storage", { custodian: "courier" }, [400, "batch-opening"]],
    ["a member that nobody takes", "transport", { handoff: {} }, [400, "request"]],
  ])("is refused with %s, and stays as it was", async (_, stage, change, refused) => {
    const before = contentOf(site.dirOf("b1"));
    const answer = await site.ask("operator", "PUT", `${batchAt("b1")}/stages/${stage}`, change);
    expect(refusalOf(answer)).toEqual(refused);
    expect([contentOf(site.dirOf("b1")), answer.text.includes(site.folder)]).toEqual([before, false]);
  });

  it("is changed by whoever may write alone", async () => {
    const change = { seal: "S-1" };
    for (const who of ["courier", "auditor"] as const) {
      const answer = await site.ask(who, "PUT", `${batchAt("b1")}/stages/transport`, change);
      expect(refusalOf(answer)).toEqual([403, "not-allowed"]);
    }
    const { status, body } = await site.ask("operator", "PUT", `${batchAt("b1")}/stages/transport`, change);
    expect([status, body["discarded"]]).toEqual([200, []]);
    expect((await readBatch(site.dirOf("b1"))).stages[1]?.seal).toBe("S-1");
  });

  // Verifies R-service-concurrent.
  it("loses no change of calls at the same time", async () => {
    const changes = [
      ["storage", { seal: "A" }],
      ["transport", { seal: "B" }],
      ["use", { seal: "C" }],
    ] as const;
    const answers = await Promise.all(
      changes.map(([stage, change]) => site.ask("operator", "PUT", `${batchAt("b1")}/stages/${stage}`, change)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await readBatch(site.dirOf("b1"))).stages.map(({ seal }) => seal)).toEqual(["A", "B", "C"]);
  });

  it("takes the site's party list into the folder when told", async () => {
    const before = readFileSync(join(site.dirOf("b1"), "parties.json"), "utf8");
    const answer = await site.ask("operator", "PUT", `${batchAt("b1")}/stages/use`, { copyParties: true });
    expect([answer.status, readFileSync(join(site.dirOf("b1"), "parties.json"), "utf8")]).toEqual([200, before]);
  });
});
