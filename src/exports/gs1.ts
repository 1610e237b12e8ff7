import { inputError, type BatchproofError } from "../errors.ts";
import { gs1Fields, hasCheckDigit, type Carrier } from "../formats/carrier.ts";
import { defineDocument, object, TEXT } from "../formats/document.ts";
import { textHash } from "../formats/identity.ts";

const ID = "https://id.gs1.org";

/**
 * A bag's GS1 identifier as the URI by which EPCIS names it: product and serial number; a lot and an expiry date beside them are left
 * out. Error `export-epc`: it names no single bag, or is no GS1 identifier.
 */
export function bagUri(carrier: Carrier, place: string): string {
  const { gtin, serial } = carrier.scheme === "gs1" ? gs1Fields(carrier) : {};
  if (gtin === undefined || serial === undefined) {
    throw inputError("EPCIS names a bag by its GTIN with a serial number.", { code: "export-epc", place });
  }
  return `${ID}/01/${gtin}/21/${encodeURIComponent(serial)}`;
}

/** GLN (Global Location Number, 13 digits) of organisations, by `textHash` of their names. */
export type Locations = ReadonlyMap<bigint, string>;

interface LocationsFile {
  readonly format: "batchproof-locations/1";
  readonly locations: readonly { readonly org: string; readonly gln: string }[];
}

/** More organisations than a party list has leaves are no list of one supply chain. */
const MOST_LOCATIONS = 4096;

const DOCUMENT = defineDocument<LocationsFile>("batchproof-locations/1", "locations-file", {
  locations: {
    type: "array",
    minItems: 1,
    maxItems: MOST_LOCATIONS,
    items: object({ org: TEXT, gln: { type: "string", pattern: "^[0-9]{13}$" } }),
  },
});

/**
 * Reads a list of organisations and their GLN. Errors: `locations-file` (shape, an organisation twice, a wrong check digit), those
 * of `readJson`.
 */
export async function readLocations(path: string): Promise<Locations> {
  const { locations } = await DOCUMENT.read(path);
  const known = new Map<bigint, string>();
  for (const [i, { org, gln }] of locations.entries()) {
    const hash = textHash(org);
    if (known.has(hash)) throw misfit("This organisation stands in the list twice.", `${path}#/locations/${i}/org`);
    if (!hasCheckDigit(`0${gln}`)) throw misfit("The check digit of the GLN is wrong.", `${path}#/locations/${i}/gln`);
    known.set(hash, gln);
  }
  return known;
}

/** URIs of an organisation that is to be named, as a party and as a place; undefined: it is not. */
export function namedAs(
  locations: Locations,
  org: string,
): { readonly party: string; readonly place: string } | undefined {
  const gln = locations.get(textHash(org));
  return gln === undefined ? undefined : { party: `${ID}/417/${gln}`, place: `${ID}/414/${gln}` };
}

function misfit(message: string, place: string): BatchproofError {
  return inputError(message, { code: "locations-file", place });
}
