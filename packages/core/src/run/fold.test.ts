import { describe, expect, test } from 'vitest'
import { emptyRunView } from './empty-view.ts'
import { applyRunEvent, createRunFold, foldRunEvents } from './fold.ts'
import { fromFrame, type LogEntry, toFrame } from './frame.ts'
import { begun, completed, type Event, logOf, scheduled, started } from './testing/log-of.ts'

describe('gaps', () => {
  test('are refused', () => {
    const log = logOf(started, scheduled('a'), completed('a'))
    expect(() => foldRunEvents([log[0], log[2]].flatMap((entry) => entry ?? []))).toThrow(
      expect.objectContaining({ code: 'RUN_LOG_GAP', details: { expected: 2, found: 3 } }),
    )
    expect(() => foldRunEvents(log.slice(1))).toThrow(/continues with seq 2; expected 1/)
  })

  test('are none where entries come twice: they are passed over', () => {
    const log = logOf(started, scheduled('a', 'inline'), completed('a'))
    expect(foldRunEvents([...log, ...log])).toEqual(foldRunEvents(log))
  })
})

test('an entry of a type from a later version moves the view on and changes nothing else', () => {
  const view = foldRunEvents(logOf(started))
  const later = { seq: 2, at: 1, type: 'moon_landed', data: {} } as never
  expect(foldRunEvents([later], view)).toEqual({ ...view, seq: 2 })
})

describe('applyRunEvent', () => {
  test('leaves the view that it is given as it is', () => {
    const log = logOf(started, scheduled('a', 'inline'), completed('a'))
    const views = [emptyRunView()]
    for (const event of log) views.push(applyRunEvent(views.at(-1) ?? emptyRunView(), event))
    expect(views.map(({ seq, nodeRuns }) => [seq, nodeRuns.get('a')?.status])).toEqual([
      [0, undefined],
      [1, undefined],
      [2, 'running'],
      [3, 'success'],
    ])
    expect(views.at(-1)).toEqual(foldRunEvents(log))
  })
})

describe('createRunFold', () => {
  const ids = Array.from({ length: 200 }, (_, index) => `n${index}`)
  const log = logOf(started, ...ids.flatMap((id) => [scheduled(id), begun(id), completed(id)]))

  test('gives the same view as folding at once', () => {
    const fold = createRunFold()
    for (const entry of log) fold.apply(entry)
    expect(fold.view()).toEqual(foldRunEvents(log))
    expect(fold.seq).toBe(log.length)
  })

  test('gives the view at any moment, the ones far back too', () => {
    const fold = createRunFold()
    for (const entry of log) fold.apply(entry)
    for (const seq of [0, 1, 2, 255, 256, 257, 511, 512, 513, log.length - 1, log.length]) {
      expect(fold.viewAt(seq)).toEqual(foldRunEvents(log.slice(0, seq)))
    }
    expect(fold.viewAt(-5)).toEqual(emptyRunView())
    expect(fold.viewAt(99_999)).toBe(fold.view())
  })

  test('continues from a view and goes back no further than that', () => {
    const from = foldRunEvents(log.slice(0, 300))
    const fold = createRunFold(from)
    expect(fold.view()).toBe(from)
    for (const entry of log.slice(300)) fold.apply(entry)
    expect(fold.view()).toEqual(foldRunEvents(log))
    expect(fold.viewAt(400)).toEqual(foldRunEvents(log.slice(0, 400)))
    expect(fold.viewAt(10)).toEqual(from)
  })

  test('gives the same object until something changes', () => {
    const fold = createRunFold()
    for (const entry of log.slice(0, 5)) fold.apply(entry)
    const view = fold.view()
    const first = fold.nodeRun('n0')
    expect(fold.view()).toBe(view)
    const [, , , , , next] = log
    if (next === undefined) throw new RangeError('short log')
    fold.apply(next)
    expect(fold.view()).not.toBe(view)
    expect(fold.nodeRun('n0')).toBe(first)
    expect(view.seq).toBe(5)
  })

  test('says which node runs an entry changed, and counts their changes', () => {
    const fold = createRunFold()
    expect(log.slice(0, 4).map((entry) => fold.apply(entry))).toEqual([[], ['n0'], ['n0'], ['n0']])
    expect([fold.versionOf('n0'), fold.versionOf('n1')]).toEqual([3, 0])
    const skipped: Event = { type: 'nodes_skipped', data: { nodeRunIds: ['x', 'y'], reason: 'dead_path' } }
    expect(fold.apply({ seq: 5, at: 1, ...skipped })).toEqual(['x', 'y'])
    expect(fold.apply({ seq: 5, at: 1, ...skipped })).toEqual([])
    expect(fold.versionOf('x')).toBe(1)
    expect(fold.nodeRun('ghost')).toBeUndefined()
  })

  test('refuses a gap and goes on where it was', () => {
    const fold = createRunFold()
    const [first, , third] = log
    if (first === undefined || third === undefined) throw new RangeError('short log')
    fold.apply(first)
    expect(() => fold.apply(third)).toThrow(expect.objectContaining({ code: 'RUN_LOG_GAP' }))
    expect(fold.seq).toBe(1)
    fold.apply(...(log.slice(1, 2) as [LogEntry]))
    expect(fold.seq).toBe(2)
  })

  test('takes frames from the wire', () => {
    const fold = createRunFold()
    for (const entry of log) {
      const frame = toFrame({ turn: 1, class: 'fact', id: 'x', v: 1, ...entry })
      fold.apply(fromFrame(JSON.parse(JSON.stringify(frame))))
    }
    expect(fold.view()).toEqual(foldRunEvents(log))
  })
})
