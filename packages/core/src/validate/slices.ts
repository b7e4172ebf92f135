/** Runs work at once and returns its result. The work never yields, since its meter has no slices. */
export function finish<Result>(work: Generator<undefined, Result>): Result {
  return (work.next() as IteratorReturnResult<Result>).value
}
