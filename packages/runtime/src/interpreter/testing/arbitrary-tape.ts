import fc from 'fast-check'

/** Values that a tape repeats. */
export const arbitraryTape: fc.Arbitrary<readonly number[]> = fc.array(fc.nat({ max: 1_000_000 }), {
  minLength: 5,
  maxLength: 200,
  size: 'max',
})
