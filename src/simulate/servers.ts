/** Equal servers (people, machines) that take what comes in the order in which it comes, each one at a time. */
export class Servers {
  /** When each is free, as a heap: the first one first. */
  readonly #free: Float64Array;

  /** @param count a whole number, 1 or more */
  constructor(count: number) {
    this.#free = new Float64Array(count);
  }

  /** When that ends which comes at `at`, not before what came last, and takes `hours`. */
  take(at: number, hours: number): number {
    const end = Math.max(at, this.#free[0] ?? 0) + hours;
    this.#replaceFirst(end);
    return end;
  }

  #replaceFirst(end: number): void {
    const free = this.#free;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const next = (free[left + 1] ?? Infinity) < (free[left] ?? Infinity) ? left + 1 : left;
      const earliest = free[next] ?? Infinity;
      if (earliest >= end) break;
      free[place] = earliest;
      place = next;
    }
    free[place] = end;
  }
}
