/** One thing that ends when a person leaves, or that others must take over. */
export interface Step {
  readonly what: string;
  /** Who can do it. `one`: one person alone; `two`: two people; `nobody`: it ends by itself, or stands. */
  readonly takes: "one" | "two" | "nobody";
  /** In which role. */
  readonly who: string;
  /** To paste, in this order; what is in capitals is to be filled in. */
  readonly commands: readonly string[];
}
