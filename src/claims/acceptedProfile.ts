import { inputError } from "../errors.ts";
import { toHex } from "../formats/field.ts";
import { LONG_FORM, SHIPPED_PROFILES } from "../formats/shippedProfiles.ts";
import type { Policy } from "../policy/document.ts";

/** A profile of a table or of results: the hash decides, the name is for people. */
export interface NamedProfile {
  readonly profile: { readonly name: string };
  readonly hash: bigint;
}

/**
 * Error `profile-policy`: the policy does not accept the profile by which a file was read; none is read by the device's own
 * form. A policy that names no profiles accepts the long form, which is the project's own.
 */
export function refuseOtherProfile({ profiles }: Policy, profile: NamedProfile | undefined, file: string): void {
  if (profile === undefined) return;
  const hash = toHex(profile.hash);
  const accepted = profiles?.map((each) => each.hash) ?? [SHIPPED_PROFILES[LONG_FORM]];
  if (accepted.includes(hash)) return;
  const names = profiles?.map((each) => each.name).join(", ") ?? LONG_FORM;
  throw inputError(`The policy does not accept the profile ${profile.profile.name}, ${hash}; it accepts: ${names}.`, {
    code: "profile-policy",
    place: file,
    remedy: "Read the file by a profile that the policy names, or have a policy approved that names this one.",
  });
}
