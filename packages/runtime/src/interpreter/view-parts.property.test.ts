import { foldRunEvents, type LogEntry } from '@tenon/core/run'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loopedPlan } from './testing/arbitrary-loops.ts'
import { arbitraryOptions, parameters, play } from './testing/arbitrary-play.ts'
import { arbitraryTape } from './testing/arbitrary-tape.ts'
import { arbitraryVersions, playVersions } from './testing/arbitrary-versions.ts'
import { openInParts, plainView, spread, storedView, type ViewMoments } from './testing/view-in-parts.ts'

/** Generates logs of runs with nested loops, waits, pauses, parks, moves to other versions and undoing. */
const arbitraryLog: fc.Arbitrary<readonly LogEntry[]> = fc
  .tuple(loopedPlan, arbitraryVersions, fc.boolean(), arbitraryTape, arbitraryOptions)
  .map(([plan, versions, moves, values, options]) =>
    spread((moves ? playVersions(versions, values, options) : play(plan, values, options)).log),
  )

const arbitraryMoments = fc.record({
  cut: fc.nat(),
  partsAt: fc.nat(),
  shownAt: fc.nat(),
  batch: fc.integer({ min: 1, max: 40 }),
})

/** Limits moments to a log; the snapshot is never later than the rest. */
function momentsIn({ length }: readonly LogEntry[], { cut, partsAt, shownAt, batch }: ViewMoments): ViewMoments {
  const first = 1 + (cut % length)
  const notBefore = (pick: number) => first + (pick % (length - first + 1))
  return { cut: first, partsAt: notBefore(partsAt), shownAt: notBefore(shownAt), batch }
}

test('the parts of a view and the events after them are the view of the whole log, at any cut', () => {
  fc.assert(
    fc.property(arbitraryLog, arbitraryMoments, (log, moments) => {
      const within = momentsIn(log, moments)
      const { early, late } = openInParts(log, within)
      // The status is right while parts are missing.
      expect(early.status).toBe(foldRunEvents(log.slice(0, within.shownAt)).status)
      expect(plainView(late)).toEqual(plainView(foldRunEvents(log)))
    }),
    parameters(150),
  )
})

test('the parts do not depend on the number of events that are stored at once', () => {
  fc.assert(
    fc.property(arbitraryLog, fc.integer({ min: 1, max: 40 }), (log, batch) => {
      const partsBy = (size: number) =>
        JSON.parse(
          JSON.stringify(
            [...storedView(log, log.length, size).parts].sort(([left], [right]) => (left < right ? -1 : 1)),
          ),
        )
      expect(partsBy(batch)).toEqual(partsBy(log.length))
    }),
    parameters(30),
  )
})
