import { parseUnits } from "ethers";
import { inputError } from "../src/errors.ts";
import type { Offer } from "../src/chain/sending.ts";
import { text, type Options } from "./command.ts";
import { wholeNumber } from "./values.ts";

/** Seconds that a command waits for a transaction, unless --timeout says another number. */
const TIMEOUT = 300;

/** Milliseconds after which a transaction that is not mined ends a command. Error `usage`. */
export function minedWithin(options: Options): number {
  const given = text(options, "timeout");
  return 1000 * (given === undefined ? TIMEOUT : Number(wholeNumber(given, "--timeout")));
}

/** What --gas-price, --max-fee and --tip offer. Error `usage`. */
export function offerOf(options: Options): Offer {
  const [gasPrice, maxFee, tip] = [
    gwei(options, "gasPrice", "--gas-price"),
    gwei(options, "maxFee", "--max-fee"),
    gwei(options, "tip", "--tip"),
  ];
  if (gasPrice !== undefined && (maxFee !== undefined || tip !== undefined)) {
    throw inputError("A price is one for all, or has a most and a tip.", {
      place: "--gas-price",
      code: "usage",
      remedy: "Give --gas-price, or --max-fee and --tip.",
    });
  }
  return {
    ...(gasPrice === undefined ? {} : { gasPrice }),
    ...(maxFee === undefined ? {} : { maxFee }),
    ...(tip === undefined ? {} : { tip }),
  };
}

/** An amount in gwei, of which ether has a thousand million; in wei. */
function gwei(options: Options, name: string, place: string): bigint | undefined {
  const given = text(options, name);
  if (given === undefined) return undefined;
  if (/^(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$/.test(given)) return parseUnits(given, "gwei");
  throw inputError("This is not a price in gwei, such as 2 or 0.5.", { place: `${place} ${given}`, code: "usage" });
}
