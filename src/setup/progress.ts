/** What a long setup step tells its caller: the name of the step and how much of it is done, from 0 to 1. */
export type Progress = (step: string, fraction: number) => void;
