/** Time in milliseconds after which the shell of a run that has just begun on Temporal is checked the first time. */
export const FIRST_WATCH_MS = 30_000
