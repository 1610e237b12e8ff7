import { inputError } from "../src/errors.ts";
import type { DeviceId } from "../src/formats/identity.ts";

/** A device as options name it: "vendor|model|serial". Error `device-id`. */
export function deviceOf(joined: string): DeviceId {
  const [vendor, model, serial, ...rest] = joined.split("|");
  if (vendor && model && serial && rest.length === 0) return { vendor, model, serial };
  throw inputError("A device is vendor, model and serial, joined by bars.", {
    place: `--device ${joined}`,
    remedy: 'Write for example --device "Berlinger & Co. AG|Q-tag Fridge-tag 2 L|130500109088".',
    code: "device-id",
  });
}
