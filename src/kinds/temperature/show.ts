import { CHANNEL } from "../../formats/constants.ts";
import { formatMicro } from "../../input/quantities.ts";
import { budgetOf, canLeave, describeHalfTicks, SIDES, singleOf, type Side } from "./budgets.ts";
import { codingOf, describeCode, describeStep, type Coding } from "../series/coding.ts";
import { heatOf } from "./mkt.ts";
import { showSeries } from "../series/show.ts";
import { time } from "../../policy/words.ts";
import type { Claim, Policy } from "../../policy/document.ts";
import type { TemperatureLimits } from "./limits.ts";

/** Every limit of a temperature claim in words. */
export function showTemperature(policy: Policy, claim: Claim<"temperature", TemperatureLimits>): string[] {
  const { rule } = claim;
  return [
    ...showRange(rule),
    ...showExcursions(rule),
    ...showMkt(rule),
    ...showSeries(
      policy,
      claim,
      "logger",
      rule.normal === undefined
        ? ""
        : "; every reading outside the normal band and its neighbours stay, so times outside the band are not changed",
    ),
  ];
}

function showRange(rule: TemperatureLimits): string[] {
  const { symbol } = CHANNEL.temperature;
  const coding = codingOf(rule);
  const low = describeCode(coding, 0);
  const high = describeCode(coding, Number(coding.width));
  return [
    `Temperature: every reading from ${low} to ${high}, both permitted.`,
    `Sensor: it shows steps of ${rule.resolution} ${symbol}.`,
    `Coded in ${describeStep(coding)} steps, rounded away from the lower end of the ${band(rule)}: ${low} is code 0, ${high} is code ${coding.width}, and a reading beyond a limit by any amount is coded beyond it.`,
  ];
}

function showExcursions(rule: TemperatureLimits): string[] {
  if (rule.normal === undefined) {
    return ["Normal band: none. Every permitted reading is a normal one, and its time is not limited."];
  }
  const coding = codingOf(rule);
  const [low, high] = [coding.normalLow, coding.normalHigh].map((code) => describeCode(coding, Number(code)));
  return [
    `Normal band: from ${low} (code ${coding.normalLow}) to ${high} (code ${coding.normalHigh}), both inside. A reading beyond it is an excursion; that there was one above or below it is public as a deviation, how long is not.`,
    "How excursions count: a reading stands for half of the interval before it and half of the one after it. An excursion over a stage boundary is judged in each stage for its part only.",
    ...SIDES.map((side) => showBudget(rule, coding, side)),
    showSingle(rule, coding),
  ];
}

function showBudget(rule: TemperatureLimits, coding: Coding, side: Side): string {
  const label = `Time ${side} the band`;
  const seconds = rule.cumulative?.[side];
  const end = "the band ends where the range ends.";
  if (seconds === undefined && !canLeave(coding, side)) return `${label}: none; ${end}`;
  if (seconds === undefined) return `${label}: no budget for the stage; only the other limits bound it.`;
  const halfTicks = budgetOf(rule, coding, side);
  return `${label}: at most ${time(seconds)} in total over the stage; proven as ${halfTicks} half-ticks, ${describeHalfTicks(halfTicks, coding.tick)}.${canLeave(coding, side) ? "" : ` It binds nothing: ${end}`}`;
}

function showSingle(rule: TemperatureLimits, coding: Coding): string {
  if (rule.single === undefined) return "Longest excursion: no limit of its own.";
  const ticks = singleOf(rule, coding);
  const proven = Number((ticks + 1n) * coding.tick) - 1;
  return (
    `Longest excursion: at most ${time(rule.single)} without interruption, to either side, from the last reading inside the band to the last one outside. ` +
    `The proof alone, ${ticks} ticks of ${coding.tick} s, shows that none is longer than ${time(proven)}.`
  );
}

function showMkt(rule: TemperatureLimits): string[] {
  const { mkt } = rule;
  if (mkt === undefined) return ["Mean kinetic temperature (MKT): no limit."];
  const { symbol } = CHANNEL.temperature;
  return [
    `Mean kinetic temperature (MKT): at most ${mkt.limit} ${symbol} over the stage. ${countedWarmer(rule)}`,
    `Heat of activation of that mean: ${formatMicro(heatOf(mkt))} kJ/mol, with R = 8.3144 J/(mol K).`,
    `Longest stage over which that mean may be taken: ${time(mkt.span)}. A longer stage cannot be proven at all, because its cool hours would hide its hot ones.`,
  ];
}

/** By how much the proven mean can be above the true one. */
function countedWarmer({ normal }: TemperatureLimits): string {
  const below = normal === undefined ? "" : ", one below the normal band as the next code up";
  return `A reading counts as its code${below}; a mean of these may be refused from 0.01 °C below the limit on.`;
}

/** What readings are rounded away from the lower end of. */
function band({ normal }: TemperatureLimits): string {
  return normal === undefined ? "range" : "normal band";
}
