/** A registered symbol: the adapters and the server are packed apart. */
const PARSED = Symbol.for('tenon.parsed-body')

/**
 * Marks a request whose body is the value that a parser of the host has left, written as JSON again: its bytes are not those
 * that were sent, so no signature fits them.
 */
export function markParsed(request: Request): Request {
  return Object.defineProperty(request, PARSED, { value: true })
}

/** Checks whether the body of a request was written again, by {@link markParsed}. */
export function isParsed(request: Request): boolean {
  return PARSED in request
}
