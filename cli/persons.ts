import { inputError } from "../src/errors.ts";
import { personHash } from "../src/formats/person.ts";
import { readPersonKey } from "../src/parties/personKey.ts";
import { required, type Options } from "./command.ts";

/**
 * What the register has of a person, by the key of --person-key; `place`: where the person's id was given. One person has one
 * hash, or two accounts of one person could approve each other. Errors: `person`, those of `readPersonKey`.
 */
export async function personHashes(options: Options): Promise<(person: string, place: string) => string> {
  const key = await readPersonKey(required(options, "personKey"));
  return (person, place) => {
    if (person !== "" && person === person.trim()) return personHash(key, person);
    throw inputError("The person's id is empty, or has spaces at its ends.", {
      place,
      remedy: "Give the same id for the same person every time, such as the staff number.",
      code: "person",
    });
  };
}
