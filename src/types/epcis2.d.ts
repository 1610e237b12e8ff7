/** What the tests use of epcis2.js, whose own types the package does not name. */
declare module "epcis2.js" {
  interface Sensors {
    getSensorMetadata():
      { getStartTime(): string; getEndTime(): string; getDeviceID(): string | undefined } | undefined;
    getSensorReport(): readonly SensorReport[];
  }

  interface SensorReport {
    getType(): string;
    getTime(): string;
    getValue(): number;
    getUom(): string;
  }

  export interface ObjectEvent {
    getEventID(): string;
    getEventTime(): string;
    getEventTimeZoneOffset(): string;
    getEPCList(): readonly string[];
    getBizStep(): string;
    getDisposition(): string | undefined;
    getReadPoint(): { getId(): string } | undefined;
    getCertificationInfo(): readonly string[] | undefined;
    getSourceList(): readonly { getSource(): string; getType(): string }[];
    getDestinationList(): readonly { getDestination(): string; getType(): string }[];
    getSensorElementList(): readonly Sensors[];
  }

  export class EPCISDocument {
    constructor(document: object);
    isValid(): boolean;
    getCreationDate(): string;
    getEventList(): readonly ObjectEvent[];
  }

  export function setup(settings: { readonly checkExtensions: boolean }): void;

  export function validateEpcisDocument(
    document: object,
    throwError: false,
  ): { readonly success: boolean; readonly errors: readonly string[] };
}
