import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Whether the page is being printed just now: then its host shows everything that it shows in parts on the screen. */
export class Printing implements ReactiveController {
  now = false;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("beforeprint", this.#begin);
    addEventListener("afterprint", this.#end);
  }

  hostDisconnected(): void {
    removeEventListener("beforeprint", this.#begin);
    removeEventListener("afterprint", this.#end);
  }

  readonly #begin = (): void => this.#set(true);
  readonly #end = (): void => this.#set(false);

  #set(now: boolean): void {
    this.now = now;
    this.#host.requestUpdate();
  }
}
