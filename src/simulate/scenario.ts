import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { inputError } from "../errors.ts";
import { canonicalJson, parseJson } from "../input/json.ts";
import * as shape from "../input/shapes.ts";
import { YEAR } from "./hours.ts";

/** A number that the simulation rests on, in the unit that its place has, and where it comes from. */
export interface Assumption {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

/** What can happen to the record of a claim; docs/spec/simulation.md says what follows from each. */
export const RISKS = ["excursion", "lostReadings", "outOfSpecification", "lateResult"] as const;
export type Risk = (typeof RISKS)[number];

/** Equal sites, each with batches and reviewers of its own. */
export interface SiteGroup {
  readonly name: string;
  readonly count: number;
  readonly batchesPerDay: Assumption;
  readonly reviewers: Assumption;
}

export interface ScenarioClaim {
  readonly name: string;
  /** Name of `proving.seconds`. */
  readonly circuit: string;
  readonly risks: readonly Risk[];
}

/** What is simulated, and everything that it rests on. */
export interface Scenario {
  readonly format: typeof FORMAT;
  readonly name: string;
  readonly years: number;
  readonly sites: readonly SiteGroup[];
  /** Those of every batch. */
  readonly claims: readonly ScenarioClaim[];
  /** Of a claim that has this risk, the share that it happens to. */
  readonly rates: Readonly<Record<Risk, Assumption>>;
  readonly delays: {
    readonly lateResult: Assumption;
    /** What is later than this is overdue. */
    readonly due: Assumption;
    readonly investigation: Assumption;
  };
  readonly review: {
    readonly record: Assumption;
    readonly exception: Assumption;
    readonly batch: Assumption;
    readonly hoursPerDay: Assumption;
    readonly daysPerWeek: Assumption;
  };
  readonly proving: {
    readonly machines: Assumption;
    /** From the last proof of a call until the call is final. */
    readonly attesting: Assumption;
    /** Seconds of a proof, by circuit. */
    readonly seconds: Readonly<Record<string, Assumption>>;
  };
  readonly gas: {
    readonly call: Assumption;
    readonly circuit: Assumption;
    readonly claim: Assumption;
    /** What the first call of a batch costs more. */
    readonly firstCall: Assumption;
    readonly claimsPerCall: Assumption;
  };
  /** Share of their time that people and machines are planned to be busy. */
  readonly highestLoad: Assumption;
}

const FORMAT = "batchproof-scenario/1";
/** What a run takes at most: a minute and the 2 GB that Node.js has on small machines. More would end it without a word. */
const [MOST_BATCHES, MOST_RECORDS] = [1_000_000, 10_000_000];
const MOST_MINUTES = 100_000;

const line = shape.matching(/^\S.{0,299}$/u);
const word = shape.matching(/^[A-Za-z0-9][A-Za-z0-9/-]{0,59}$/);

/** A number of this unit and between these bounds. */
function assumed(unit: string, least: number, most: number): shape.Shape<Assumption> {
  return shape.objectOf<Assumption>({ value: shape.quantity(least, most), unit: shape.oneOf([unit]), source: line });
}

/** The same, of a number of things. */
function wholly(unit: string, least: number, most: number): shape.Shape<Assumption> {
  const wholeText = shape.matching(/^[0-9]+$/);
  const value: shape.Shape<number> = (given) => shape.quantity(least, most)(wholeText(given));
  return shape.objectOf<Assumption>({ value, unit: shape.oneOf([unit]), source: line });
}

const share = assumed("of 1", 0, 1);
const minutes = assumed("min", 0, MOST_MINUTES);
const days = assumed("d", 0, 3650);
const gas = wholly("gas", 0, 10_000_000);

const SCENARIO = shape.objectOf<Scenario>({
  format: shape.oneOf([FORMAT]),
  name: line,
  years: shape.whole(1, 50),
  sites: shape.listOf(
    shape.objectOf<SiteGroup>({
      name: line,
      count: shape.whole(1, 1000),
      batchesPerDay: assumed("1/d", 0, 10_000),
      reviewers: wholly("persons", 1, 10_000),
    }),
    100,
  ),
  claims: shape.listOf(
    shape.objectOf<ScenarioClaim>({ name: word, circuit: word, risks: shape.listOf(shape.oneOf(RISKS), RISKS.length) }),
    64,
  ),
  rates: shape.objectOf({ excursion: share, lostReadings: share, outOfSpecification: share, lateResult: share }),
  delays: shape.objectOf({ lateResult: days, due: days, investigation: days }),
  review: shape.objectOf({
    ...{ record: minutes, exception: minutes, batch: minutes },
    hoursPerDay: assumed("h", 1, 24),
    daysPerWeek: wholly("d", 1, 7),
  }),
  proving: shape.objectOf({
    machines: wholly("machines", 1, 10_000),
    attesting: minutes,
    seconds: shape.recordOf(word, assumed("s", 0, 86_400), 64),
  }),
  gas: shape.objectOf({
    ...{ call: gas, circuit: gas, claim: gas, firstCall: gas },
    claimsPerCall: wholly("claims", 1, 64),
  }),
  highestLoad: assumed("of 1", 0.01, 1),
});

/** A scenario as it was read. */
export interface ReadScenario {
  readonly scenario: Scenario;
  /** SHA-256 of its canonical JSON, hex. */
  readonly hash: string;
}

/**
 * Reads a scenario (`batchproof-scenario/1`). `years`: in place of its own. Errors: those of `parseJson`; `scenario` for what has
 * another form, names twice or nothing, or takes more than a run does.
 */
export function readScenario(bytes: Uint8Array, file: string, years?: number): ReadScenario {
  const json = parseJson(bytes, file);
  const read = shape.shaped(SCENARIO, json, "scenario", "scenario", file);
  const scenario = years === undefined ? read : { ...read, years };
  refuseNames(scenario, file);
  refuseSize(scenario, file);
  return { scenario, hash: bytesToHex(sha256(utf8ToBytes(canonicalJson(json)))) };
}

function refuseNames({ sites, claims, proving }: Scenario, file: string): void {
  const refuse = (message: string, pointer: string): never => {
    throw inputError(`Not a valid scenario: ${message}.`, { code: "scenario", place: `${file}#${pointer}` });
  };
  if (sites.length === 0) refuse("there must be at least one", "/sites");
  if (claims.length === 0) refuse("there must be at least one", "/claims");
  const named = claims.map(({ name }) => name);
  const claim = named.findIndex((name, i) => named.indexOf(name) < i);
  if (claim >= 0) refuse("another claim has this name", `/claims/${claim}/name`);
  const taken = new Set<string>();
  sites.forEach((group, i) => {
    for (const name of siteNames(group)) {
      if (taken.has(name)) refuse("another site has this name", `/sites/${i}/name`);
      taken.add(name);
    }
  });
  claims.forEach(({ circuit, risks }, i) => {
    if (!Object.hasOwn(proving.seconds, circuit)) refuse("proving.seconds has none of it", `/claims/${i}/circuit`);
    if (new Set(risks).size < risks.length) refuse("a risk comes twice", `/claims/${i}/risks`);
  });
}

function refuseSize({ years, sites, claims }: Scenario, file: string): void {
  const daily = sites.reduce((sum, { count, batchesPerDay }) => sum + count * batchesPerDay.value, 0);
  const batches = (daily * years * YEAR) / 24;
  const many = sites.reduce((sum, { count }) => sum + count, 0) > 1000;
  if (batches <= MOST_BATCHES && batches * claims.length <= MOST_RECORDS && !many) return;
  const most = `at most 1000 sites, ${MOST_BATCHES} batches and ${MOST_RECORDS} records are simulated`;
  throw inputError(`Not a valid scenario: ${most}.`, {
    ...{ code: "scenario", place: file },
    remedy: "Simulate fewer years, or a part of the sites.",
  });
}

/** What the sites of a group are called: several are numbered. */
export function siteNames({ name, count }: SiteGroup): string[] {
  return count === 1 ? [name] : Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
}

/** Whether its source says that nobody measured it. */
export function isEstimate({ source }: Assumption): boolean {
  return /^assumption/i.test(source);
}

/** Pointers of what changes no figure although it says something: a rate of a risk that no claim has, seconds of no claim's circuit. */
export function idleIn({ claims, rates, proving }: Scenario): string[] {
  const risks = RISKS.filter((risk) => rates[risk].value > 0 && !claims.some((claim) => claim.risks.includes(risk)));
  const used = new Set(claims.map(({ circuit }) => circuit));
  const circuits = Object.keys(proving.seconds).filter((circuit) => !used.has(circuit));
  return [
    ...risks.map((risk) => `/rates/${risk}`),
    ...circuits.map((circuit) => `/proving/seconds/${circuit.replaceAll("/", "~1")}`),
  ];
}

/** Every assumption of a scenario, each once, by its JSON pointer. */
export function assumptionsIn(value: unknown, pointer = ""): (Assumption & { readonly pointer: string })[] {
  if (typeof value !== "object" || value === null) return [];
  if ("source" in value) return [{ ...(value as Assumption), pointer }];
  return Object.entries(value).flatMap(([name, each]) => assumptionsIn(each, `${pointer}/${name}`));
}
