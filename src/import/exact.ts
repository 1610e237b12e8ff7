import { CHANNEL, type ChannelName } from "../formats/constants.ts";
import { PHYSICAL_RANGE } from "../formats/channels.ts";
import { inputError } from "../errors.ts";
import { formatMicro, missingCode, parseMicro, refuseNoNumber } from "../input/quantities.ts";
import { shown } from "./csvTable.ts";
import type { Unusable } from "./series.ts";

/**
 * Exact values of any file: a decimal number of up to 39 places in one of the units below, as whole millionths of the
 * channel's unit and the rest of a millionth. Nothing is rounded before it is coded.
 */

/** So small are the 17 digits of a number of a machine that is next to nothing, such as 5.5511151231257827E-17. */
const MOST_DECIMALS = 39;
const SCALE = 40;
/** What `parseExact` counts in: a whole has so many parts. */
export const PARTS = 10n ** BigInt(SCALE);
/** Parts of a millionth in which a rest is held: ninths, which Fahrenheit needs, of the last decimal. */
export const FINER_PARTS = (9n * PARTS) / 10n ** 6n;

/** A unit's way to a channel's own: (value - zero) * numerator / denominator. */
interface Unit {
  readonly channels: readonly ChannelName[];
  /** In `PARTS`. */
  readonly zero: bigint;
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const plain = (...channels: ChannelName[]): Unit => ({ channels, zero: 0n, numerator: 1n, denominator: 1n });

/** The units that are understood, by their UCUM codes. */
export const UNITS = {
  Cel: plain("temperature"),
  "[degF]": { channels: ["temperature"], zero: 32n * PARTS, numerator: 5n, denominator: 9n },
  K: { channels: ["temperature"], zero: (27315n * PARTS) / 100n, numerator: 1n, denominator: 1n },
  "%": plain("carbonDioxide", "dissolvedOxygen", "relativeHumidity", "oxygen"),
  "[pH]": plain("acidity"),
  "{rpm}": plain("agitation"),
  deg: plain("tilt", "latitude", "longitude"),
  kPa: plain("pressure"),
  hPa: { channels: ["pressure"], zero: 0n, numerator: 1n, denominator: 10n },
  bar: { channels: ["pressure"], zero: 0n, numerator: 100n, denominator: 1n },
  lx: plain("illuminance"),
  "[g]": plain("shock"),
  "[ppm]": plain("carbonDioxidePpm"),
  Pa: plain("differentialPressure"),
} as const satisfies Readonly<Record<string, Unit>>;
export type UnitName = keyof typeof UNITS;

/** A unit of a channel for people: its symbol, and whether values are converted from it. */
export function shownUnit(
  unit: UnitName,
  channel: ChannelName,
): { readonly symbol: string; readonly isOther: boolean } {
  const { zero, numerator, denominator }: Unit = UNITS[unit];
  if (zero === 0n && numerator === denominator) return { symbol: CHANNEL[channel].symbol, isOther: false };
  return { symbol: unit === "[degF]" ? "°F" : unit, isOther: true };
}

/** How numbers are written. */
export interface NumberForm {
  readonly decimal: "." | ",";
  /** Also `04.5`, `.5`, `4.` and exponents; else only numbers as JSON writes them, without an exponent. */
  readonly loose: boolean;
}

/** A value in millionths of its channel's unit. */
export interface ExactValue {
  readonly value: bigint;
  /** Absent: 0. */
  readonly finer?: bigint;
}

/** No value is mended by hand: the file is the evidence. */
const REMEDY =
  "Change nothing in the file: export again, or, for a table, choose a profile whose decimal, numbers and missing fit it.";

/**
 * A number as whole `PARTS`. Errors: those of `parseMicro`; `quantity-precision` (more than 39 decimals).
 */
export function parseExact(text: string, { decimal, loose }: NumberForm, place: string): bigint {
  if (decimal === "," && /\.|,.*,/.test(text)) {
    throw inputError(`One decimal comma, and no separator of thousands, is expected: "${shown(text)}".`, {
      place,
      remedy: REMEDY,
      code: "quantity-syntax",
    });
  }
  const number = decimal === "," ? text.replace(",", ".") : text;
  refuseNoNumber(number, place, { except: loose ? "quantity-exponent" : undefined, remedy: REMEDY });
  const [, sign, whole = "", fraction = "", power] =
    /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(number) ?? [];
  const isPlain = /^[+-]?(0|[1-9]\d*)(\.\d+)?$/.test(number);
  if (sign === undefined || whole + fraction === "" || !(loose || isPlain)) {
    throw inputError(`This is not a decimal number: "${shown(text)}".`, {
      place,
      remedy: REMEDY,
      code: "quantity-syntax",
    });
  }
  const shift = power === undefined ? 0 : Number(power);
  const digits = (whole + fraction).replace(/0+$/, "");
  const decimals = digits.length - whole.length - shift;
  if (digits !== "" && decimals > MOST_DECIMALS) {
    throw inputError(`The number has more than ${MOST_DECIMALS} decimals.`, { place, code: "quantity-precision" });
  }
  const magnitude = digits === "" ? 0n : BigInt(digits) * 10n ** BigInt(SCALE - decimals);
  if (magnitude >= 10n ** 9n * PARTS) {
    throw inputError("The number has more than 9 digits before the point.", { place, code: "quantity-size" });
  }
  return sign === "-" ? -magnitude : magnitude;
}

/** Reads values of one unit as a channel's. */
export class ValueReader {
  readonly #unit: Unit;
  readonly #form: NumberForm;
  readonly #low: bigint;
  readonly #high: bigint;

  /** The unit must be one of the channel's. */
  constructor(channel: ChannelName, unit: UnitName, form: NumberForm) {
    const [low, high] = PHYSICAL_RANGE[channel];
    this.#unit = UNITS[unit];
    this.#form = form;
    this.#low = parseMicro(low, channel);
    this.#high = parseMicro(high, channel);
  }

  /** The value, or what stands there in place of one: a mark, or what no sensor shows. Errors: those of `parseExact`. */
  read(text: string, place: string): ExactValue | Pick<Unusable, "quality" | "code"> {
    const code = missingCode(this.#form.decimal === "," ? text.replace(",", ".") : text);
    if (code !== undefined) return { quality: shown(text), code };
    const { zero, numerator, denominator } = this.#unit;
    const parts = ((parseExact(text, this.#form, place) - zero) * numerator * 9n) / denominator;
    const rest = parts % FINER_PARTS;
    const finer = rest < 0n ? rest + FINER_PARTS : rest;
    const value = (parts - finer) / FINER_PARTS;
    if (value < this.#low || value > this.#high || (value === this.#high && finer > 0n)) {
      return { quality: shown(text), code: "physical-range" };
    }
    return finer === 0n ? { value } : { value, finer };
  }
}

/** An exact value as a decimal or, where it has none, cut off and as ninths of one: "4.5", "4.9444... (44.5/9)". */
export function shownExact({ value, finer = 0n }: ExactValue): string {
  if (finer === 0n) return formatMicro(value);
  const ninths = value * FINER_PARTS + finer;
  if (ninths % 9n === 0n) return decimalOf(ninths / 9n);
  const [whole = "", fraction = ""] = decimalOf(ninths / 9n).split(".");
  return `${whole}.${fraction.slice(0, SHOWN_DECIMALS).padEnd(SHOWN_DECIMALS, "0")}... (${decimalOf(ninths)}/9)`;
}

/** Of a decimal that has no end, so many are shown. */
const SHOWN_DECIMALS = 4;

/** `PARTS` as a decimal. */
function decimalOf(parts: bigint): string {
  const digits = (parts < 0n ? -parts : parts).toString().padStart(SCALE + 1, "0");
  const fraction = digits.slice(-SCALE).replace(/0+$/, "").padEnd(1, "0");
  return `${parts < 0n ? "-" : ""}${digits.slice(0, -SCALE)}.${fraction}`;
}
