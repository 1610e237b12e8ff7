import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Milliseconds between two looks. */
const LOOKS_EVERY = 1000;

/**
 * Renders its host anew when what it says changes with time alone, and before paper is made of it: a page that is left open must
 * not go on saying what was so once.
 */
export class Watch<T> implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #say: () => T;
  #said: T | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** `say`: what is said now, as a value that `===` tells apart. */
  constructor(host: ReactiveControllerHost, say: () => T) {
    this.#host = host;
    this.#say = say;
    host.addController(this);
  }

  hostConnected(): void {
    this.#timer = setInterval(this.#look, LOOKS_EVERY);
    addEventListener("beforeprint", this.#look);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    removeEventListener("beforeprint", this.#look);
  }

  hostUpdate(): void {
    this.#said = this.#say();
  }

  readonly #look = (): void => {
    if (this.#say() !== this.#said) this.#host.requestUpdate();
  };
}
