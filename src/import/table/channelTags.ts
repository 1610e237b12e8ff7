import { CHANNEL, type ChannelName } from "../../formats/constants.ts";
import { inputError } from "../../errors.ts";

/** Tags by the codes of their channels, of "channel=tag" texts; `place` says where these stand. Error `channel-tags`. */
export function channelTags(tags: readonly string[], place: string): ReadonlyMap<number, string> {
  const named = tags.map((given): [number, string] => {
    const [, channel = "", tag = ""] = /^([a-zA-Z]+)=(.+)$/.exec(given) ?? [];
    if (Object.hasOwn(CHANNEL, channel)) return [CHANNEL[channel as ChannelName].code, tag];
    throw inputError("A tag of a parameters claim is given with its channel.", {
      place: `${place} ${given}`,
      remedy: `Write channel=tag; channels: ${Object.keys(CHANNEL).join(", ")}.`,
      code: "channel-tags",
    });
  });
  const twice = tags.find((_, i) => named.findIndex(([channel]) => channel === named[i]?.[0]) !== i);
  if (twice === undefined) return new Map(named);
  throw inputError("This channel has a tag already.", {
    place: `${place} ${twice}`,
    remedy: "Name one tag for each channel.",
    code: "channel-tags",
  });
}
