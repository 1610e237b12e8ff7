import { DESK_PATHS, type DeskConfig } from "./config.ts";
import { relay } from "./relay.ts";
import { servePage, type PageServer, type Responder } from "./serve.ts";

/** What the page of `desk` is served for. */
export interface DeskOptions {
  readonly config: DeskConfig;
  /** Addresses of the nodes, which the page never sees. */
  readonly rpc: string;
  readonly secondRpc?: string;
  /** 0: any free one. */
  readonly port: number;
}

/** Serves the page, and asks the nodes for it, until it is closed. Errors: those of `servePage`. */
export function startDesk({ config, rpc, secondRpc, port }: DeskOptions): Promise<PageServer> {
  const ask =
    (url: string, name: string): Responder =>
    (...exchange) =>
      relay({ url, name }, ...exchange);
  const second = secondRpc === undefined ? {} : { [DESK_PATHS.secondNode]: ask(secondRpc, config.secondNode ?? "") };
  return servePage({
    page: "desk",
    told: { [DESK_PATHS.config]: config },
    asked: { [DESK_PATHS.node]: ask(rpc, config.node), ...second },
    port,
  });
}
