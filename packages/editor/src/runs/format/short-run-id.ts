const SHORT_ID = 8

/** Formats the short id of a run, the same in lists and headers: the end of a long id, since ids begin with their time. */
export function shortRunId(runId: string): string {
  return runId.length > 2 * SHORT_ID ? runId.slice(-SHORT_ID) : runId
}
