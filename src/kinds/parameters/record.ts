import { CHANNELS } from "../../formats/constants.ts";
import { object } from "../../formats/document.ts";
import { PARAMETERS_HEADER_FIELDS, type ParametersHeader } from "../../formats/parametersRecord.ts";
import { CHANNEL_FIELDS, type Channel } from "../../formats/parametersRule.ts";
import { samplesOf, type Sample } from "../../formats/samples.ts";
import { fieldsFromJson, fieldsSchema, fieldsToJson, seriesForm, type SeriesForm } from "../series/record.ts";
import { parametersMessage, parametersRecordOf } from "./evidence.ts";

type PlainField = Exclude<keyof ParametersHeader, "channels">;
const PLAIN_FIELDS = PARAMETERS_HEADER_FIELDS.filter((field): field is PlainField => field !== "channels");

/** How records with so many places for channels are written down. */
function channelsForm(kind: "parameters" | "channel", places: number): SeriesForm<ParametersHeader, Sample> {
  return seriesForm<ParametersHeader, Sample>({
    kind,
    series: samplesOf({ length: places }),
    headerSchema: object({
      ...fieldsSchema(PLAIN_FIELDS),
      channels: { type: "array", minItems: places, maxItems: places, items: object(fieldsSchema(CHANNEL_FIELDS)) },
    }),
    headerToJson: ({ channels, ...plain }) => ({
      ...fieldsToJson(PLAIN_FIELDS, plain),
      channels: channels.map((channel) => fieldsToJson(CHANNEL_FIELDS, channel)),
    }),
    headerFromJson: (json, place) => ({
      ...fieldsFromJson(PLAIN_FIELDS, json, place),
      channels: (json as { readonly channels: readonly object[] }).channels.map((channel, i): Channel =>
        fieldsFromJson(CHANNEL_FIELDS, channel, `${place}/channels/${i}`),
      ),
    }),
    codes: places,
    rowOf: (dt, codes) => ({ dt, codes }),
    codesOf: ({ codes }) => codes,
    recordOf: parametersRecordOf,
    messageOf: (owner, _, record) => parametersMessage(owner, record),
  });
}

/** Samples of several channels: what a parameters claim is proven from. */
export const SAMPLES_RECORD = channelsForm("parameters", CHANNELS);
/** Readings of one channel with hard limits only: what a channel claim is proven from. */
export const CHANNEL_RECORD = channelsForm("channel", 1);
