/** Deeper values are refused, so that no reader of a stored text can run out of stack. */
export const MAX_JSON_DEPTH = 128
