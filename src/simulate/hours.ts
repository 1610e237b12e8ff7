/** When people work. Weeks begin at hour 0 with a Monday, days with the first hour of work. */
export interface WorkingWeek {
  readonly hoursPerDay: number;
  /** A whole number, 1 to 7. */
  readonly daysPerWeek: number;
}

/** Of a simulation's calendar, in hours. */
export const [DAY, WEEK, YEAR] = [24, 168, 365 * 24];

/** Hours of work from the beginning to an hour of the calendar. */
export function workedUntil({ hoursPerDay, daysPerWeek }: WorkingWeek, hour: number): number {
  const week = Math.floor(hour / WEEK);
  const day = Math.floor((hour - week * WEEK) / DAY);
  const today = day < daysPerWeek ? Math.min(hour - week * WEEK - day * DAY, hoursPerDay) : 0;
  return (week * daysPerWeek + Math.min(day, daysPerWeek)) * hoursPerDay + today;
}

/** The first hour of the calendar at which so many hours of work are over. */
export function whenWorked({ hoursPerDay, daysPerWeek }: WorkingWeek, worked: number): number {
  const days = Math.max(Math.ceil(worked / hoursPerDay) - 1, 0);
  const weeks = Math.floor(days / daysPerWeek);
  return weeks * WEEK + (days - weeks * daysPerWeek) * DAY + (worked - days * hoursPerDay);
}
