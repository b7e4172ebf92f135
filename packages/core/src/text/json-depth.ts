/** Deepest nesting of a value; deeper ones are refused, so that readers of stored texts cannot overflow the stack. */
export const MAX_JSON_DEPTH = 128
