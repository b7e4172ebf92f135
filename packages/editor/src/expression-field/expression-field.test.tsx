// @vitest-environment jsdom
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen, waitFor } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'

function openGreeting(text: string) {
  const nodes = SMALL_MANIFEST.nodes.map((entry) =>
    entry.type === 'single'
      ? { ...entry, params: { type: 'object', properties: { text: { type: 'string', title: 'Greeting' } } } }
      : entry,
  )
  const view = renderInspector({ document: workflow([node('a', 'single', { text })], []), nodeId: 'a' })
  act(() => view.session.store.setState({ manifest: createManifestIndex({ hash: 'greeting', nodes }) }))
  return { ...view, field: () => screen.getByRole('textbox', { name: 'Greeting' }) }
}

/** Calls back in the same turn in which the field appears: a second later, its editor has loaded. */
function onceShown(callback: (field: HTMLTextAreaElement) => void): void {
  const observer = new MutationObserver(() => {
    const field = document.querySelector<HTMLTextAreaElement>('.tn-expr-waiting textarea')
    if (field === null) return
    observer.disconnect()
    callback(field)
  })
  observer.observe(document.body, { childList: true, subtree: true })
}

describe('an expression field whose editor has not loaded', () => {
  test('has its name, and keeps it', async () => {
    let name: string | null = null
    onceShown((field) => {
      name = `${field.labels[0]?.textContent}: ${field.value}`
    })
    const { field } = openGreeting('Hello')
    await waitFor(() => expect(field().tagName).toBe('DIV'))
    expect(name).toBe('Greeting: Hello')
    expect(field().textContent).toBe('Hello')
  })

  test('takes what is typed, and passes it on to the editor with the focus and the caret', async () => {
    onceShown((field) => {
      field.focus()
      fireEvent.change(field, { target: { value: 'Hello Ada' } })
      field.setSelectionRange(6, 6)
    })
    const { field, nodeOf } = openGreeting('Hello')
    await waitFor(() => expect(field().tagName).toBe('DIV'))
    expect(field().textContent).toBe('Hello Ada')
    expect(document.activeElement).toBe(field())
    expect(document.getSelection()?.anchorOffset).toBe(6)
    expect(nodeOf('a')?.params.text).toBe('Hello Ada')
  })

  test('stores what was typed when it is left', async () => {
    onceShown((field) => {
      field.focus()
      fireEvent.change(field, { target: { value: 'Hello\nAda' } })
      field.blur()
    })
    const { field, nodeOf } = openGreeting('Hello')
    await waitFor(() => expect(field().tagName).toBe('DIV'))
    // The field has one line.
    expect(nodeOf('a')?.params.text).toBe('Hello Ada')
    expect(document.activeElement).toBe(document.body)
  })
})
