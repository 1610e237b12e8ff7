import { object, TEXT } from "./document.ts";

/**
 * How a raw file was read into a record, so that it can be read again. It is not signed: what a file gives when it is read again
 * is compared with what was signed. The profile is named in the record's header.
 */
export interface HowRead {
  readonly format: "fridgetag" | "table" | "results";
  /** Of a table: the tag, or `channel=tag` of each channel; none where the file has only one. */
  readonly tags?: readonly string[];
  /** Offset of the clock from UTC that was told. */
  readonly offset?: string;
  /** Zone of the IANA database that was told. */
  readonly zone?: string;
}

/** Its JSON Schema. */
export const HOW_READ = object(
  {
    format: { enum: ["fridgetag", "table", "results"] },
    tags: { type: "array", minItems: 1, maxItems: 8, items: { type: "string", minLength: 1, maxLength: 300 } },
    offset: { type: "string", pattern: "^(Z|[+-][0-9]{2}:[0-9]{2})$" },
    zone: TEXT,
  },
  ["tags", "offset", "zone"],
);
