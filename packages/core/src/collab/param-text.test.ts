import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { apply, askIn, pair, seeded, setParam } from '../../test/drafts.ts'
import { annotationText, notesText, paramText, readDraft } from './index.ts'

describe('texts that are edited by character', () => {
  test('merge what two people write, in params, list items, notes and annotations', () => {
    const { a, b, meet } = pair()
    paramText(a, 'ask', ['prompt'])?.insert(5, ' Ada')
    apply(b, setParam(['prompt'], 'Well: Hello'), setParam(['cases', 1, 'title'], 'Two!'))
    paramText(a, 'ask', ['cases', 1, 'title'])?.insert(0, 'No. ')
    notesText(a, 'ask')?.insert(1, 'ote')
    apply(b, { op: 'update_node', nodeId: 'ask', set: { notes: 'My n' } })
    annotationText(a, 'n')?.insert(2, '!')
    const merged = meet()
    expect(askIn(merged)?.params).toMatchObject({ prompt: 'Well: Hello Ada', cases: [{}, { title: 'No. Two!' }] })
    expect(askIn(merged)?.notes).toBe('My note')
    expect(merged.annotations[0]?.text).toBe('hi!')
  })

  test('merge also when both begin a param that was not there', () => {
    const { a, b, meet } = pair()
    paramText(a, 'ask', ['title'])?.insert(0, 'from a')
    apply(b, setParam(['title'], 'from b'))
    expect(askIn(meet())?.params.title).toMatch(/^from afrom b$|^from bfrom a$/)
  })

  test('are absent while they are empty, unless set to an empty text', () => {
    const ydoc = seeded()
    expect(readDraft(ydoc).document.nodes[0]?.params).not.toHaveProperty('title')
    apply(ydoc, setParam(['title'], ''))
    expect(readDraft(ydoc).document.nodes[0]?.params.title).toBe('')
    apply(ydoc, { op: 'unset_param', nodeId: 'ask', path: ['title'] })
    expect(readDraft(ydoc).document.nodes[0]?.params).not.toHaveProperty('title')
    expect(paramText(ydoc, 'ask', ['title'])).toBeInstanceOf(Y.Text)
  })

  test('become shared where another kind of value was stored', () => {
    const ydoc = seeded()
    apply(ydoc, { op: 'set_param', nodeId: 'ask', path: ['prompt'], value: 5 })
    expect(paramText(ydoc, 'ask', ['prompt'])).toBeUndefined()
    apply(ydoc, setParam(['prompt'], 'five'))
    expect(paramText(ydoc, 'ask', ['prompt'])?.toString()).toBe('five')
  })

  test('are found by their path only', () => {
    const ydoc = seeded()
    expect(paramText(ydoc, 'ask', ['cases', 'x'])).toBeUndefined()
    expect(paramText(ydoc, 'log', ['value', 'text'])).toBeUndefined()
    expect(paramText(ydoc, 'missing', ['prompt'])).toBeUndefined()
    expect(notesText(new Y.Doc(), 'ask')).toBeUndefined()
  })
})
