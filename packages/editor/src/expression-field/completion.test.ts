// @vitest-environment jsdom
import { autocompletion, CompletionContext, completionStatus, currentCompletions } from '@codemirror/autocomplete'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { describe, expect, onTestFinished, test } from 'vitest'
import { completeReferences } from './completion.ts'
import type { CompletionItem } from './field-types.ts'

const item = (label: string, group: string): CompletionItem => ({
  label,
  insert: label,
  detail: '',
  info: '',
  group,
  kind: 'variable',
})
const ITEMS = [item('Get list › item', 'Earlier nodes'), item('input', 'Names'), item('index', 'Names')]

function contextOf(text: string): CompletionContext {
  return new CompletionContext(EditorState.create({ doc: text }), text.length, false)
}

describe('completeReferences', () => {
  test('lists the group with an item that begins with the written text first, also while it is written', async () => {
    const complete = completeReferences(async () => ({ from: 2, items: ITEMS }), false)
    const ranked = (options: readonly { readonly section?: unknown }[] = []) =>
      [...new Set(options.map(({ section }) => section as { readonly name: string; readonly rank: number }))]
        .sort((a, b) => a.rank - b.rank)
        .map(({ name }) => name)
    const atStart = await complete(contextOf('{{'))
    expect(ranked(atStart?.options)).toEqual(['Earlier nodes', 'Names'])
    expect(ranked((await complete(contextOf('{{IN')))?.options)).toEqual(['Names', 'Earlier nodes'])
    if (atStart?.update === undefined) throw new Error('It is not updated')
    const later = atStart.update(atStart, 2, 5, contextOf('{{inp'))
    expect(ranked(later?.options)).toEqual(['Names', 'Earlier nodes'])
    expect(atStart.update(atStart, 2, 6, contextOf('{{inp.'))).toBeNull()
  })

  test('offers them for what was typed while the text before was without any', async () => {
    const asked: string[] = []
    let answerFirst = (): void => undefined
    const first = new Promise<void>((resolve) => {
      answerFirst = resolve
    })
    const complete = completeReferences(async (text) => {
      asked.push(text)
      if (text !== '{') return { from: 2, items: ITEMS }
      await first
      return null
    }, false)
    const view = new EditorView({ parent: document.body, extensions: autocompletion({ override: [complete] }) })
    onTestFinished(() => view.destroy())
    const type = (insert: string) => {
      const { length } = view.state.doc
      view.dispatch({
        changes: { from: length, insert },
        selection: { anchor: length + insert.length },
        userEvent: 'input.type',
      })
    }
    type('{')
    await expect.poll(() => asked).toEqual(['{'])
    type('{')
    answerFirst()
    await expect.poll(() => currentCompletions(view.state).length).toBe(ITEMS.length)
    expect(asked).toEqual(['{', '{{'])
  })

  test('offers none where the text has none', async () => {
    const complete = completeReferences(async () => null, false)
    const view = new EditorView({ parent: document.body, extensions: autocompletion({ override: [complete] }) })
    onTestFinished(() => view.destroy())
    view.dispatch({ changes: { from: 0, insert: 'a' }, selection: { anchor: 1 }, userEvent: 'input.type' })
    expect(completionStatus(view.state)).toBe('pending')
    await expect.poll(() => completionStatus(view.state)).toBeNull()
  })
})
