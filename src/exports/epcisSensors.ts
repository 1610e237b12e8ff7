import type { Disclosed, DisclosedSeries } from "../disclosure/disclosed.ts";
import { refusal } from "../errors.ts";
import type { ChannelName } from "../formats/constants.ts";
import type { DeviceId } from "../formats/identity.ts";
import { formatTime } from "../input/times.ts";

/** A window of a series as a disclosure shows it, once it was verified. */
export interface ShownReadings extends Pick<Disclosed, "claim" | "stage"> {
  readonly window: NonNullable<Disclosed["window"]>;
  readonly content: DisclosedSeries;
  /** Undefined: not disclosed. */
  readonly device: DeviceId | undefined;
}

/** The readings of one window. */
export interface SensorElement {
  readonly sensorMetadata: { readonly startTime: string; readonly endTime: string; readonly deviceID?: string };
  readonly sensorReport: readonly SensorReport[];
}

interface SensorReport extends Measure {
  readonly time: string;
  readonly value: number;
}

/** What is measured: a type of GS1's vocabulary, what else tells it from others of this type, and a code of UN/ECE Rec. 20. */
interface Measure {
  readonly type: string;
  readonly component?: "latitude" | "longitude";
  readonly chemicalSubstance?: string;
  readonly uom: string;
}

/** Substances by their InChIKey. */
const CARBON_DIOXIDE = "https://identifiers.org/inchikey:CURLTUGMZLYLDI-UHFFFAOYSA-N";
const OXYGEN = "https://identifiers.org/inchikey:MYMOFIZGZYHOMD-UHFFFAOYSA-N";

/** How each channel is measured, in its own unit: nothing is converted. */
const MEASURE: Readonly<Record<ChannelName, Measure>> = {
  temperature: { type: "Temperature", uom: "CEL" },
  carbonDioxide: { type: "VolumeFraction", chemicalSubstance: CARBON_DIOXIDE, uom: "P1" },
  acidity: { type: "Dimensionless", uom: "Q30" },
  dissolvedOxygen: { type: "Dimensionless", chemicalSubstance: OXYGEN, uom: "P1" },
  agitation: { type: "AngularVelocity", uom: "RPM" },
  tilt: { type: "Angle", uom: "DD" },
  pressure: { type: "Pressure", uom: "KPA" },
  relativeHumidity: { type: "RelativeHumidity", uom: "P1" },
  illuminance: { type: "Illuminance", uom: "LUX" },
  shock: { type: "Acceleration", uom: "K40" },
  carbonDioxidePpm: { type: "VolumeFraction", chemicalSubstance: CARBON_DIOXIDE, uom: "59" },
  oxygen: { type: "VolumeFraction", chemicalSubstance: OXYGEN, uom: "P1" },
  differentialPressure: { type: "Pressure", uom: "PAL" },
  latitude: { type: "Angle", component: "latitude", uom: "DD" },
  longitude: { type: "Angle", component: "longitude", uom: "DD" },
};

/**
 * The readings of a window, those beside it left out: chunks are disclosed whole, and nobody asked for the rest of them.
 * Error `export-readings`: it has none.
 */
export function sensorElement({ claim, window, content, device }: ShownReadings): SensorElement {
  const sensorReport = content.readings
    .filter(({ asked }) => asked)
    .flatMap(({ at, values }) =>
      content.channels.map(({ channel }, i): SensorReport => {
        // A decimal text of so few digits is the shortest one of its number, so that JSON writes it again.
        return { time: formatTime(at), value: Number(values[i]), ...MEASURE[channel] };
      }),
    );
  if (sensorReport.length === 0) {
    throw refusal(`The disclosure of claim ${claim} has no reading in its window.`, { code: "export-readings" });
  }
  const deviceID = device === undefined ? {} : { deviceID: deviceUri(device) };
  return {
    sensorMetadata: { startTime: formatTime(window.from), endTime: formatTime(window.to), ...deviceID },
    sensorReport,
  };
}

function deviceUri({ vendor, model, serial }: DeviceId): string {
  return `urn:batchproof:device:${[vendor, model, serial].map(encodeURIComponent).join(":")}`;
}
