/**
 * Every tag, code and fixed size of the formats, defined once. `circuits/lib/constants.circom` mirrors the ones that
 * circuits use and a test compares the two; Solidity mirrors its own in `contracts/` and a test compares those.
 */

/** Domain tags: the first Poseidon input, or the initial capacity where all 16 inputs are used. */
export const TAG = {
  BATCH: 1,
  OPEN: 2,
  STAGE: 3,
  SALT: 4,
  SECRET: 5,
  DEVICES: 6,
  KEY: 7,
  PARTY: 8,
  PARTY_NODE: 9,
  RULE: 10,
  RECORD: 11,
  CHUNK: 12,
  SERIES_NODE: 13,
  SOURCE: 14,
  EXCURSIONS: 15,
  CHALLENGES: 16,
  HANDOFF: 17,
  LAB: 18,
  RESULTS: 19,
  RESULT: 20,
} as const;

/** Tags of what no circuit hashes, apart from those above. */
export const TAG_OUTSIDE = { REVIEW: 21, RAW_FILE: 22, LABEL: 23, ADMINISTRATION: 24 } as const;

/** What a circuit proves. Also the `kind` of a rule, of a record header and of a circuit on chain. */
export const KIND = { temperature: 1, parameters: 2, custody: 3, quality: 4, channel: 5 } as const;
export type KindName = keyof typeof KIND;

export const ROLE = { custodian: 1, source: 2, lab: 3, device: 4 } as const;
export type RoleName = keyof typeof ROLE;

/** Chain ids of local development nodes: Hardhat, anvil and ganache. */
export const LOCAL_CHAINS: readonly bigint[] = [31337n, 1337n];

/** The circuits that a register gets if nobody asks for others: big ones cost minutes and gigabytes. */
export const DEFAULT_CIRCUITS: readonly string[] = ["temperature-1k"];

/** Roles that a key can have; the fourth role, device, has no key. */
export const KEY_ROLES = ["custodian", "source", "lab"] as const satisfies readonly RoleName[];
export type KeyRole = (typeof KEY_ROLES)[number];

/** So many raw files of one device may make one series. */
export const MOST_RAW_FILES = 64;

/** What a signature means; the signer's own word. */
export const MEANING = {
  released: 1,
  received: 2,
  performed: 3,
  verified: 4,
  reviewed: 5,
  approved: 6,
  certified: 7,
} as const;
export type MeaningName = keyof typeof MEANING;

/** In what state material changed hands. */
export const CONDITION = { conforming: 1, damaged: 2, temperatureAlarm: 3, labelMismatch: 4, other: 5 } as const;
export type ConditionName = keyof typeof CONDITION;

/** Channel codes; the unit is part of the code. */
export const CHANNEL = {
  temperature: { code: 1, unit: "Cel", symbol: "°C" },
  carbonDioxide: { code: 2, unit: "%", symbol: "%" },
  acidity: { code: 3, unit: "[pH]", symbol: "pH" },
  dissolvedOxygen: { code: 4, unit: "%", symbol: "%" },
  agitation: { code: 5, unit: "{rpm}", symbol: "rpm" },
  tilt: { code: 6, unit: "deg", symbol: "°" },
  pressure: { code: 7, unit: "kPa", symbol: "kPa" },
  relativeHumidity: { code: 8, unit: "%", symbol: "%" },
  illuminance: { code: 9, unit: "lx", symbol: "lx" },
  shock: { code: 10, unit: "[g]", symbol: "g" },
  carbonDioxidePpm: { code: 11, unit: "[ppm]", symbol: "ppm" },
  oxygen: { code: 12, unit: "%", symbol: "%" },
  differentialPressure: { code: 13, unit: "Pa", symbol: "Pa" },
  latitude: { code: 14, unit: "deg", symbol: "°" },
  longitude: { code: 15, unit: "deg", symbol: "°" },
} as const;
export type ChannelName = keyof typeof CHANNEL;

/** Versions of the rules, which the circuits check: 2 is the second edition of the statements. */
export const TEMPERATURE_RULE_VERSION = 2;
/** Of the rules of kinds `parameters` and `channel`. */
export const PARAMETERS_RULE_VERSION = 2;
/** A rule's `openedWithin` where the batch may be opened any time after the stage began: more than the schema permits. */
export const NO_OPENED_WITHIN = 4_294_967_295;

/** The public signals of every circuit, in order. `test/circuits` and the Solidity library are checked against this. */
export const SIGNALS = ["batch", "rule", "head", "parties", "record", "deviations", "context", "opened"] as const;
export type SignalName = (typeof SIGNALS)[number];
export type Signals = Readonly<Record<SignalName, bigint>>;

/** Bits of the `deviations` signal, lowest first. */
export const DEVIATION_BITS = ["aboveBand", "belowBand", "attempt", "clock", "openedLate", "openingUnbounded"] as const;
export type DeviationName = (typeof DEVIATION_BITS)[number];

/** A byte is a legal code iff 0 <= code <= BAND_BASE + w with w in 0..BAND_BASE: widths 127 to 254. */
export const BAND_BASE = 127;
export const MIN_WIDTH = BAND_BASE;
export const MAX_WIDTH = 2 * BAND_BASE;
/** Codes that a reading can have: 0 to MAX_WIDTH. */
export const CODES = MAX_WIDTH + 1;

/** A reading's dwell is DWELL_UNIT for each half-tick it stands for, plus 1, so that no reading is weightless. */
export const DWELL_UNIT = 1n << 16n;
/** Flags of one element: as many bits as a field element always holds. */
export const FLAGS_PER_ELEMENT = 253;
/** Weight of the hottest permitted temperature in a mean kinetic temperature. */
export const HOTTEST_WEIGHT = 1n << 40n;
/** Parts of a weight in which a rule holds the limit and the polynomial that bounds the weights. */
export const WEIGHT_PARTS = 1n << 64n;
/** Coefficients of that polynomial: a degree up to 8. */
export const MKT_COEFFICIENTS = 9;

/** Offset that makes a temperature in micro-degrees non-negative. */
export const CELSIUS_OFFSET = 300_000_000n;
/** Offset that makes a clock error in seconds non-negative. */
export const CLOCK_ERROR_OFFSET = 1 << 20;

/** The profile of a record whose raw file needs no mapping. */
export const NO_PROFILE = 0n;

export const ROWS_PER_ELEMENT = 15;
export const ELEMENTS_PER_CHUNK = 14;
/** Readings of one chunk of a one-channel series. */
export const ROWS_PER_CHUNK = ROWS_PER_ELEMENT * ELEMENTS_PER_CHUNK;
/** Bytes that an element always holds. */
export const BYTES_PER_ELEMENT = 31;
/** Channels of a parameters record, sampled together. */
export const CHANNELS = 5;
/** In a rule: this place is unused. In what a source signs: the record's kind says which channels. No channel has this code. */
export const NO_CHANNEL = 0;
/** Samples of five channels in one chunk. */
export const SAMPLES_PER_CHUNK = Math.floor(BYTES_PER_ELEMENT / (1 + CHANNELS)) * ELEMENTS_PER_CHUNK;
export const SERIES_ARITY = 16;
/** Levels of the series tree, the same for every tier: up to 256 chunks. */
export const SERIES_DEPTH = 2;
/** Children of a node of the party tree, and its levels: up to 4,096 leaves. */
export const PARTY_ARITY = 4;
export const PARTY_DEPTH = 6;
export const MAX_PARTIES = PARTY_ARITY ** PARTY_DEPTH;
export const DEVICE_SET_SIZE = 8;
/** In place of a slot: whichever of the stage's devices. */
export const ANY_DEVICE = 0;
