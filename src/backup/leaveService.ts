import { commandOf } from "../commandLine.ts";
import { toHex } from "../formats/field.ts";
import { visible } from "../formats/visible.ts";
import type { KeyDescription } from "../parties/keys.ts";
import { isSameName, keyId } from "../parties/sharedKeys.ts";
import type { CallerSettings, IssuerSettings } from "../settings/access.ts";
import type { ServiceSettings } from "../settings/service.ts";
import type { Step } from "./step.ts";

/** The settings of a service, and what the files say that they name. */
export interface ServiceFiles {
  readonly file: string;
  readonly settings: ServiceSettings;
  /** Its key files; `what`: "custodian key of site north". */
  readonly keys: readonly { readonly file: string; readonly what: string; readonly key: KeyDescription }[];
  /** Account that sends its proofs, checksummed. */
  readonly account?: string;
}

/** By what a person is known to a service. */
export interface KnownAs {
  readonly name: string;
  /** Callers whose token or certificate the person has, and what an issuer's grants call the person. */
  readonly callers: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
  /** Keys of the person, by `keyId`. */
  readonly keys: ReadonlyMap<string, KeyDescription["public"]>;
}

const RUNS = "whoever runs the service";

/** What ends at a service when a person leaves. It reads its settings when it starts, so what is changed in them counts from then on. */
export function serviceSteps(service: ServiceFiles, person: KnownAs): Step[] {
  const { file, settings, keys, account } = service;
  const { callers = [], issuers = [] } = settings;
  return [
    ...callers.filter((caller) => isOf(caller, person)).map((caller) => callerStep(caller, file)),
    ...issuers.flatMap((issuer) => issuerSteps(issuer, file, person)),
    ...sightSteps(service, person),
    ...keys
      .filter(({ key }) => person.keys.has(keyId(key.public)))
      .map((key) => one(`${key.what} in ${file} is ${key.file}: name a successor's in its place, and start it anew`)),
    ...(account !== undefined && person.accounts.has(account)
      ? [one(`${account} sends the proofs of ${file}: name another account's keystore, and start it anew`)]
      : []),
  ];
}

/** Callers of a service of which nothing says whether the person has their token or certificate. */
export function callersNotSeen({ settings: { callers = [] } }: ServiceFiles, person: KnownAs): string[] {
  return callers.filter((caller) => !isOf(caller, person)).map(({ name }) => name);
}

/** By the name of the caller, as told or as people are written there ("Anna Berger": anna-berger), or the one in its certificate. */
function isOf({ name, certificate }: CallerSettings, person: KnownAs): boolean {
  const subject = certificate !== undefined && "subject" in certificate ? certificate.subject.split("\n") : [];
  const written = person.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return person.callers.has(name) || name === written || subject.some((line) => isSameName(line, `CN=${person.name}`));
}

function callerStep({ name, token, certificate }: CallerSettings, file: string): Step {
  const shown = [
    ...(token === undefined ? [] : [`the token with sha256 ${token}`]),
    ...(certificate === undefined ? [] : [`the certificate ${visible(Object.values(certificate).join(", "))}`]),
  ].join(" and ");
  const what = `caller ${name} in ${file} shows ${shown}: take it out, or give the machine that goes on another one, and start the service anew`;
  return { ...one(what), commands: token === undefined ? [] : [commandOf("serve-token", name)] };
}

/** People are known to their issuer; what a claim names a single person stands in the settings, too. */
function issuerSteps({ issuer, grants, maxAge }: IssuerSettings, file: string, person: KnownAs): Step[] {
  const named = grants.filter(({ value }) => person.callers.has(value) || isSameName(value, person.name));
  const lasts = maxAge === undefined ? "an hour" : `${maxAge} seconds`;
  return [
    {
      ...one(
        `${issuer} says who calls ${file}: the person's account there ends; a token from before counts ${lasts} at most`,
      ),
      who: `whoever runs ${issuer}`,
    },
    ...named.map(({ claim, value }) => one(`grants for ${claim} ${value} of ${issuer} in ${file}: take them out`)),
  ];
}

/** Grants by which others see the stages of the person's keys. */
function sightSteps({ file, settings: { callers = [], issuers = [] } }: ServiceFiles, person: KnownAs): Step[] {
  const own = new Set([...person.keys.values()].map(({ x }) => toHex(x)));
  const all = [
    ...callers.map(({ name, grants }) => ({ who: `caller ${name}`, grants })),
    ...issuers.flatMap(({ issuer, grants }) => grants.map((each) => ({ who: `${each.value} of ${issuer}`, ...each }))),
  ];
  return all
    .filter(({ grants }) => grants.some(({ custodians = [] }) => custodians.some((x) => own.has(x))))
    .map(({ who }) =>
      one(`${who} in ${file} sees the stages of the person's key: add the successor's to its custodians`),
    );
}

function one(what: string): Step {
  return { what, takes: "one", who: RUNS, commands: [] };
}
