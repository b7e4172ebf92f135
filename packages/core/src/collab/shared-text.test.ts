import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { clearText, createAbsentText, isAbsentText, updateText } from './shared-text.ts'

function shared(content: string): Y.Text {
  const ydoc = new Y.Doc()
  const text = ydoc.getText('t')
  text.insert(0, content)
  return text
}

const delta = (text: Y.Text, next: string): unknown => {
  let seen: unknown
  text.observe((event) => {
    seen = event.delta
  })
  text.doc?.transact(() => updateText(text, next))
  return seen
}

describe('updateText', () => {
  test.each([
    ['abc', 'abXc', [{ retain: 2 }, { insert: 'X' }]],
    ['abc', 'ac', [{ retain: 1 }, { delete: 1 }]],
    ['aaa', 'aa', [{ retain: 2 }, { delete: 1 }]],
    ['', 'new', [{ insert: 'new' }]],
    ['old', '', [{ delete: 3 }]],
    ['same', 'same', undefined],
    ['x\u{1f600}y', 'x\u{1f601}y', [{ retain: 1 }, { delete: 2 }, { insert: '\u{1f601}' }]],
    ['\u{1f600}', '\u{1f200}', [{ delete: 2 }, { insert: '\u{1f200}' }]],
    ['\u{20000}', '\u{10000}', [{ delete: 2 }, { insert: '\u{10000}' }]],
  ])('from %j to %j touches no more than differs', (from, to, expected) => {
    const text = shared(from)
    expect(delta(text, to)).toEqual(expected)
    expect(text.toString()).toBe(to)
  })

  test('gives any text, through an update, too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (from, to) => {
        const text = shared(from)
        updateText(text, to)
        const other = new Y.Doc()
        Y.applyUpdate(other, Y.encodeStateAsUpdate(text.doc as Y.Doc))
        expect(text.toString()).toBe(to)
        expect(other.getText('t').toString()).toBe(to)
      }),
      { numRuns: 200 },
    )
  })

  test('writes the whole text anew where it holds foreign content', () => {
    const text = shared('ab')
    text.insertEmbed(1, { image: 'x' })
    updateText(text, 'aXb')
    expect(text.toString()).toBe('aXb')
    expect(text.length).toBe(3)
  })
})

describe('a text that is absent', () => {
  const attached = (): Y.Text => {
    const map = new Y.Doc().getMap('m')
    return map.set('text', createAbsentText())
  }

  test('is there from the first character on', () => {
    const text = attached()
    expect(isAbsentText(text)).toBe(true)
    text.insert(0, 'x')
    expect(isAbsentText(text)).toBe(false)
    text.delete(0, 1)
    expect(isAbsentText(text)).toBe(true)
  })

  test('is there as an empty text once it is set to one', () => {
    const text = attached()
    updateText(text, '')
    expect(isAbsentText(text)).toBe(false)
    updateText(text, '')
    clearText(text)
    expect(isAbsentText(text)).toBe(true)
  })

  test('is no other empty text, and nothing else', () => {
    expect(isAbsentText(shared(''))).toBe(false)
    expect(isAbsentText('')).toBe(false)
  })
})
