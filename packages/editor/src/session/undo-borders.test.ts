import { describe, expect, test } from 'vitest'
import { createUndoBorders, editBetween } from './undo-borders.ts'

/** The texts that undo would stop at: those before which a step begins. */
function stopsOf(...typed: readonly (readonly [atMs: number, text: string])[]): readonly string[] {
  const borders = createUndoBorders()
  let text = ''
  return typed.flatMap(([atMs, next]) => {
    const before = text
    text = next
    return borders.begins(editBetween(before, next), atMs) ? [before] : []
  })
}

describe('createUndoBorders', () => {
  test('a pause inside a word ends no step, one behind it does', () => {
    expect(stopsOf([0, 'hel'], [9_000, 'hello'], [9_100, 'hello '], [20_000, 'hello w'], [40_000, 'hello wo'])).toEqual(
      ['', 'hello '],
    )
  })

  test('words without a pause are one step', () => {
    expect(stopsOf([0, 'a'], [900, 'a b'], [1_800, 'a b, c'])).toEqual([''])
  })

  test('letters of any script, digits and joined words are words', () => {
    for (const [half, whole] of [
      ['ab', 'abcd'],
      ['Grü', 'Grüße'],
      ['안', '안녕'],
      ['12', '123'],
      ['wo', "won't"],
      ['e', 'e-mail'],
      ['𝒜', '𝒜ℬ'],
    ]) {
      expect(stopsOf([0, String(half)], [5_000, String(whole)])).toEqual([''])
    }
    expect(stopsOf([0, 'ab'], [5_000, 'ab.'])).toEqual(['', 'ab'])
  })

  test('deleting belongs to the word, and typing elsewhere to another step', () => {
    expect(stopsOf([0, 'hello'], [5_000, 'hell'], [9_000, 'help'])).toEqual([''])
    expect(stopsOf([0, 'hello world'], [100, 'well hello world'], [200, 'well hello wild'])).toEqual([
      '',
      'hello world',
      'well hello world',
    ])
  })

  test('typing goes on before a closing bracket that was added', () => {
    const borders = createUndoBorders()
    const steps = [
      { ...editBetween('', '{}'), caret: 1 },
      { ...editBetween('{}', '{{}}'), caret: 2 },
      { from: 2, removed: '', inserted: 'a', before: '{{' },
      { from: 5, removed: '', inserted: 'b', before: '}}' },
    ]
    expect(steps.map((step) => borders.begins(step, 0))).toEqual([true, false, false, true])
  })

  test('leaving the field ends the step', () => {
    const borders = createUndoBorders()
    borders.begins(editBetween('', 'hel'), 0)
    borders.end()
    expect(borders.begins(editBetween('hel', 'hello'), 10)).toBe(true)
  })

  test('a change of another user moves the position, and ends nothing', () => {
    const borders = createUndoBorders()
    borders.shift((offset) => offset + 4)
    borders.begins(editBetween('', 'hel'), 0)
    borders.shift((offset) => offset + 4)
    expect(borders.begins(editBetween('Hi! hel', 'Hi! hello'), 5_000)).toBe(false)
  })
})
