/** Most runs above a run: a workflow runs another one, which runs another one, at most so many times. */
export const MAX_RUN_DEPTH = 10
