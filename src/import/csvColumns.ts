/** Columns of the CSV files that are read, each form's own: by them a file is known. What they hold, their readers say. */

/** Of a historian's readings in long form (historianCsv.ts). */
export const HISTORIAN_COLUMNS = ["timestamp", "tag", "value", "quality", "unit"] as const;

/** Of a laboratory's results (resultsCsv.ts). */
export const RESULT_COLUMNS = ["analyte", "result", "unit", "sampled", "tested", "invalidated", "repeats"] as const;
