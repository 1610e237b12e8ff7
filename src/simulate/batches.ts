import { DAY } from "./hours.ts";
import { drawsOf, exponential, type Draw } from "./random.ts";
import type { Risk, Scenario, ScenarioClaim } from "./scenario.ts";

/** A claim's record in one batch. Times are hours of the calendar. */
export interface SimulatedRecord {
  /** Index in the scenario's claims. */
  readonly claim: number;
  /** When it is there. */
  readonly at: number;
  /** A rule is broken: no proof is made, an exception stands in its place. */
  readonly isException: boolean;
}

/** What happens to one batch, however it is reviewed: both ways of reviewing are compared over the same batches. */
export interface SimulatedBatch {
  readonly site: number;
  /** When its last stage is over, and every record there but late ones. */
  readonly at: number;
  /** In the order of the scenario's claims. */
  readonly records: readonly SimulatedRecord[];
  /** Records that somebody reads although others are proven: exceptions, and what is overdue. */
  readonly read: number;
  readonly overdue: number;
  /** A registered specification is not met, which nobody may waive. */
  readonly isRejected: boolean;
  /** When the last record is there and the last investigation over. */
  readonly settled: number;
  /** Hours of work to read every record, those that are read in any case, and what is decided on the whole batch. */
  readonly work: { readonly records: number; readonly exceptions: number; readonly batch: number };
}

/**
 * The batches of one site until an hour, in their order: a Poisson process. Whatever may happen to a batch has its own stream of
 * numbers and takes one of it each time, so that a higher rate adds events to those of a lower one and moves none.
 */
export function* batchesOf(
  scenario: Scenario,
  seed: number,
  site: number,
  { name, batchesPerDay }: { readonly name: string; readonly batchesPerDay: number },
  until: number,
): Generator<SimulatedBatch> {
  if (batchesPerDay === 0) return;
  const arrivals = drawsOf(seed, name, "arrivals");
  const whole = drawsOf(seed, name, "batch");
  const fates = scenario.claims.map((claim) => new Fate(scenario, claim, seed, name));
  for (let at = 0; ;) {
    at += exponential(arrivals(), DAY / batchesPerDay);
    if (at >= until) return;
    yield batchOf(scenario, site, at, fates, exponential(whole(), scenario.review.batch.value / 60));
  }
}

function batchOf(
  { delays }: Scenario,
  site: number,
  at: number,
  fates: readonly Fate[],
  batch: number,
): SimulatedBatch {
  const due = delays.due.value * DAY;
  const records: SimulatedRecord[] = [];
  const work = { records: 0, exceptions: 0, batch };
  let [read, overdue, isRejected, settled] = [0, 0, false, at];
  fates.forEach((fate, claim) => {
    const { delay, isException, isRejecting, investigation, reading, examining } = fate.next();
    records.push({ claim, at: at + delay, isException });
    const isOverdue = delay > due;
    if (isOverdue) overdue++;
    if (isException || isOverdue) {
      read++;
      work.exceptions += examining;
    }
    work.records += reading;
    isRejected ||= isRejecting;
    settled = Math.max(settled, at + delay + (isException ? investigation : 0));
  });
  return { site, at, records, read, overdue, isRejected, settled, work };
}

/** What happens to a claim's record, batch after batch. Times are hours. */
interface Happening {
  readonly delay: number;
  readonly isException: boolean;
  readonly isRejecting: boolean;
  readonly investigation: number;
  readonly reading: number;
  readonly examining: number;
}

class Fate {
  readonly #scenario: Scenario;
  readonly #happens: Readonly<Record<Risk, () => boolean>>;
  readonly #draws: Readonly<Record<"delay" | "investigation" | "reading" | "examining", Draw>>;

  constructor(scenario: Scenario, claim: ScenarioClaim, seed: number, site: string) {
    const stream = (what: string): Draw => drawsOf(seed, site, claim.name, what);
    const happening = (risk: Risk): (() => boolean) => {
      if (!claim.risks.includes(risk)) return () => false;
      const [draw, { value: rate }] = [stream(risk), scenario.rates[risk]];
      return () => draw() < rate;
    };
    this.#scenario = scenario;
    this.#happens = {
      excursion: happening("excursion"),
      lostReadings: happening("lostReadings"),
      outOfSpecification: happening("outOfSpecification"),
      lateResult: happening("lateResult"),
    };
    this.#draws = {
      ...{ delay: stream("delay"), investigation: stream("investigation") },
      ...{ reading: stream("reading"), examining: stream("examining") },
    };
  }

  next(): Happening {
    const { delays, review } = this.#scenario;
    const [excursion, lost] = [this.#happens.excursion(), this.#happens.lostReadings()];
    const [isRejecting, isLate] = [this.#happens.outOfSpecification(), this.#happens.lateResult()];
    const drawn = this.#draws;
    const delay = exponential(drawn.delay(), delays.lateResult.value * DAY);
    return {
      delay: isLate ? delay : 0,
      isException: excursion || lost || isRejecting,
      isRejecting,
      investigation: exponential(drawn.investigation(), delays.investigation.value * DAY),
      reading: exponential(drawn.reading(), review.record.value / 60),
      examining: exponential(drawn.examining(), review.exception.value / 60),
    };
  }
}
