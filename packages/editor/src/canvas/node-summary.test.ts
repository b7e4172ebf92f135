import { isWellFormed } from '@tenon/core/text'
import { describe, expect, test } from 'vitest'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { summarize } from './node-summary.ts'

const step = SMALL_MANIFEST.nodes.find(({ type }) => type === 'step')
if (step === undefined) throw new Error('no step')
const text = (summary: string, params: Parameters<typeof summarize>[1]) =>
  summarize({ ...step, summary }, params)
    .map((part) => (part.kind === 'chip' ? `[${part.text}]` : part.text))
    .join('')

describe('summarize', () => {
  test('puts params into the placeholders of the sentence, references as chips by their field', () => {
    expect(text('{kind}: {text}', { kind: 'large', text: 'Hi {{nodes.a.output.first.name}}' })).toBe('large: Hi [name]')
  })

  test('shows signs as people write them, lists by their length, objects by their keys', () => {
    expect(
      text('{a} {op} {b}, {list} cases, sets {object}', {
        a: '{{input.x}}',
        op: '!=',
        b: 3,
        list: [1, 2],
        object: { k: 1, l: 2 },
      }),
    ).toBe('[x] ≠ 3, 2 cases, sets k, l')
  })

  test('is empty while nothing is filled in, but not for a sentence without placeholders', () => {
    expect(summarize({ ...step, summary: 'Sends {text}' }, {})).toEqual([])
    expect(summarize({ ...step, summary: 'Sets {fields}' }, { fields: {} })).toEqual([])
    expect(text('Waits', {})).toBe('Waits')
  })

  test('long texts are cut', () => {
    const long = text('{text}', { text: 'word '.repeat(100) })
    expect(long.length).toBeLessThan(150)
    expect(long.endsWith('…')).toBe(true)
  })

  test.each([0, 1, 2, 3])('no emoji is cut in half, %d characters before the end', (shift) => {
    const parts = summarize({ ...step, summary: '{text}' }, { text: `${'x'.repeat(shift)}${'😀'.repeat(1_200)}` })
    const chips = summarize(
      { ...step, summary: '{text}' },
      { text: `{{input.${'x'.repeat(shift)}["${'😀'.repeat(40)}"]}}` },
    )
    for (const part of [...parts, ...chips]) expect(isWellFormed(part.text)).toBe(true)
  })
})
