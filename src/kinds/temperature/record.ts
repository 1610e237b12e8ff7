import { object } from "../../formats/document.ts";
import { READINGS, type Row } from "../../formats/series.ts";
import { sourceMessage } from "../../formats/source.ts";
import { TEMPERATURE_HEADER_FIELDS, type TemperatureHeader } from "../../formats/temperatureRecord.ts";
import { fieldsFromJson, fieldsSchema, fieldsToJson, seriesForm, type SeriesForm } from "../series/record.ts";
import { temperatureRecordOf } from "./evidence.ts";

/** Readings of one channel: what a temperature claim is proven from. */
export const READINGS_RECORD: SeriesForm<TemperatureHeader, Row> = seriesForm<TemperatureHeader, Row>({
  kind: "temperature",
  series: READINGS,
  headerSchema: object(fieldsSchema(TEMPERATURE_HEADER_FIELDS)),
  headerToJson: (header) => fieldsToJson(TEMPERATURE_HEADER_FIELDS, header),
  headerFromJson: (json, place) => fieldsFromJson(TEMPERATURE_HEADER_FIELDS, json, place),
  codes: 1,
  rowOf: (dt, [code = 0]) => ({ dt, code }),
  codesOf: ({ code }) => [code],
  recordOf: temperatureRecordOf,
  messageOf: (owner, { channelId }, record) => sourceMessage(owner, channelId, record),
});
