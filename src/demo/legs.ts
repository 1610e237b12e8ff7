import type { DeviceId } from "../formats/identity.ts";

/** The real file: a Fridge-tag 2 L, signed by the device (fixtures/berlinger/SOURCE.md). */
export const LOGGER_FILE = "fixtures/berlinger/fridgetag2L_130500109088_202206081014.txt";
export const LOGGER: DeviceId = { vendor: "Berlinger & Co. AG", model: "Q-tag Fridge-tag 2 L", serial: "130500109088" };
export const FIRST_DAY = "2022-05-05T00:00:00Z";

/** One stage of a batch: which part of the real series it took, and the claim about it. */
export interface Part {
  readonly stage: string;
  readonly claim: string;
  readonly start: string;
  readonly end: string;
}

/** A batch of the story. */
export interface Leg {
  readonly lot: string;
  /** Name of a file in fixtures/policies. */
  readonly policy: string;
  /** None: nobody ever brings evidence. */
  readonly parts: readonly Part[];
}

/** What the policy of the diluted mean would have covered in one stage: 2022-05-15 08:31, three days. */
export const DILUTED = { start: "2022-05-15T08:31:00Z", end: "2022-05-18T08:31:00Z" } as const;

const fridge = (start: string, end: string): Part => {
  return { stage: "cold-storage", claim: "cold-storage/temperature", start, end };
};
const transport = (start: string, end: string): Part => {
  return { stage: "transport", claim: "transport/temperature", start, end };
};
const day = (number: number, start: string, end: string): Part => {
  return { stage: `day-${number}`, claim: `day-${number}/temperature`, start, end };
};

export const LEGS: readonly Leg[] = [
  { lot: "LOT-1-COMPLIANT", policy: "fridge-2-8", parts: [fridge("2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z")] },
  {
    lot: "LOT-2-WITHIN-BUDGETS",
    policy: "usp-controlled-cold",
    parts: [transport("2022-05-11T12:01:00Z", "2022-05-12T12:01:00Z")],
  },
  {
    lot: "LOT-3-OUT-OF-RANGE",
    policy: "fridge-2-8",
    parts: [fridge("2022-05-11T12:01:00Z", "2022-05-12T12:01:00Z")],
  },
  {
    lot: "LOT-4-THREE-DAYS",
    policy: "usp-controlled-cold-3-days",
    parts: [
      day(1, DILUTED.start, "2022-05-16T08:31:00Z"),
      day(2, "2022-05-16T08:31:00Z", "2022-05-17T08:31:00Z"),
      day(3, "2022-05-17T08:31:00Z", DILUTED.end),
    ],
  },
  {
    lot: "LOT-5-NEAR-MISS",
    policy: "usp-controlled-cold",
    parts: [transport("2022-05-16T21:31:00Z", "2022-05-17T21:31:00Z")],
  },
  { lot: "LOT-6-SILENT", policy: "fridge-2-8", parts: [] },
  { lot: "LOT-10-RECALLED", policy: "fridge-2-8", parts: [fridge("2022-05-05T16:26:00Z", "2022-05-08T16:26:00Z")] },
];
