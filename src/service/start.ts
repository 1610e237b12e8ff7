import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { environmentError, inputError } from "../errors.ts";
import { refuseOpenSecrets } from "../input/files.ts";
import { authenticator } from "./access/authenticate.ts";
import { buildApp, type AppOptions } from "./app.ts";
import { writable, type Readiness } from "./health.ts";
import { ROUTES } from "./routes.ts";
import type { Service } from "./service.ts";
import type { ServiceSettings } from "../settings/service.ts";

/** Where a service listens. */
export interface Listening {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
}

/** A service that listens. */
export interface RunningService {
  readonly url: string;
  /** Takes no more, and waits for what is answered. */
  close(): Promise<void>;
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "::1"]);

/** What is asked and told besides the routes. */
export interface StartOptions {
  /** What `/ready` asks besides the data folder. */
  readonly readiness?: readonly Readiness[];
  /** What `/metrics` tells besides the times of answers. */
  readonly addMetrics?: (registry: Registry) => void;
  /** The file of the settings, for errors. */
  readonly place?: string;
}

/**
 * Has a service listen, with all routes. Errors: `service-host` (other machines without TLS), `service-file` (certificate or key),
 * `secrets-mode` (a key that others may read), `service-listen`.
 */
export async function startService(
  service: Service,
  { host, port }: Listening,
  { readiness = [], addMetrics, place = "service.json" }: StartOptions = {},
): Promise<RunningService> {
  const { settings } = service;
  if (settings.tls === undefined && !LOOPBACK.has(host)) {
    throw inputError("What leaves this machine needs TLS.", { code: "service-host", place: `--host ${host}` });
  }
  const metrics = new Registry();
  addMetrics?.(metrics);
  const app = await buildApp(service, ROUTES, await authenticator(settings, place, service.now), {
    ...usable(await httpsOf(settings), place),
    readiness: [writable(settings.data), ...readiness],
    metrics,
  });
  await app.listen({ host, port }).catch((cause: unknown) => {
    throw environmentError("Nothing can listen there.", { code: "service-listen", place: `${host}:${port}`, cause });
  });
  const { address, port: taken, family } = app.server.address() as AddressInfo;
  const name = family === "IPv6" ? `[${address}]` : address;
  const scheme = settings.tls === undefined ? "http" : "https";
  return { url: `${scheme}://${name}:${taken}/`, close: () => app.close() };
}

/** Error `service-file`: where TLS begins, what is no pair would be a bug of ours, and an empty file nobody's certificate. */
function usable(tls: Pick<AppOptions, "https">, place: string): Pick<AppOptions, "https"> {
  const { https } = tls;
  if (https === undefined || isPair(https)) return tls;
  throw inputError("Certificate and key are not in PEM, or not of each other.", {
    ...{ code: "service-file", place: `${place}#/tls` },
    remedy: "Name the certificate under `certificate`, and its own key, without a passphrase, under `key`.",
  });
}

function isPair({ cert, key }: { readonly cert: string; readonly key: string }): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

async function httpsOf({ tls }: ServiceSettings): Promise<Pick<AppOptions, "https">> {
  if (tls === undefined) return {};
  const pem = (path: string): Promise<string> =>
    readFile(path, "utf8").catch((cause: unknown) => {
      throw inputError("This file of the server's certificate cannot be read.", {
        ...{ code: "service-file", place: path, cause },
      });
    });
  const { clients } = tls;
  const [cert, key] = [await pem(tls.certificate), await pem(tls.key)];
  await refuseOpenSecrets(tls.key);
  // Who shows no certificate may have a token: what was shown and does not verify is judged where callers are.
  const asked = clients === undefined ? {} : { ca: await pem(clients), requestCert: true, rejectUnauthorized: false };
  return { https: { cert, key, ...asked } };
}
