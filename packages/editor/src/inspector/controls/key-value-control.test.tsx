// @vitest-environment jsdom
import { canonicalDocument, type JsonObject, type NodeId } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'
import type { EditorSession } from '../../session/session-types.ts'
import type { EditorProblem } from '../../store/editor-state.ts'

async function render(fields: JsonObject | string) {
  const document = workflow([node('start', 'begin'), node('a', 'step', { text: 'hi', fields })], ['start>a'])
  const view = renderInspector({ document, nodeId: 'a' })
  // The fields of a node are fetched.
  await screen.findByText('Notes')
  const fieldsNow = () => view.nodeOf('a')?.params.fields
  return { ...view, user: userEvent.setup(), fieldsNow }
}

const typeOf = (name: string) => screen.getByRole<HTMLSelectElement>('combobox', { name: `Type of ${name}` })

const names = () => screen.getAllByRole('textbox', { name: 'Name' }).map((box) => box.getAttribute('value'))
const grip = (name: string) => screen.getByRole('button', { name: `Move ${name} with the arrow keys` })

/** The draft as another user, or the same one after a reload, opens it. */
function reopen(session: EditorSession) {
  const stored = JSON.parse(JSON.stringify(session.read()))
  cleanup()
  return renderInspector({ document: canonicalDocument(stored), nodeId: 'a' })
}

describe('a new row', () => {
  test.each(['Enter', 'Tab'])('leads from its name to its value by %s, and to no other field', async (key) => {
    const { user, fieldsNow } = await render({ area: 'a' })
    await user.click(screen.getByRole('button', { name: 'Add a field' }))
    await user.keyboard(`city{${key}}`)
    const rows = document.querySelectorAll('.tn-pair')
    await waitFor(() => expect(rows[1]?.contains(document.activeElement)).toBe(true))
    expect(document.activeElement?.closest('[data-param]')?.getAttribute('data-param')).toBe('fields.city')
    // The type, which is shown between them, is seldom changed.
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Value of city')
    expect(fieldsNow()).toEqual({ area: 'a', city: '' })
  })
})

test('the fields of a row are a group with its name', async () => {
  await render({ area: 'a', city: 'b' })
  const row = within(screen.getByRole('group', { name: 'city' }))
  expect(row.getByRole('textbox', { name: 'Name' })).toHaveProperty('value', 'city')
})

describe('a problem of one row', () => {
  const problem = (name: string, fixes: EditorProblem['fixes'] = []): EditorProblem => ({
    id: name,
    nodeId: 'a' as NodeId,
    edgeId: null,
    field: ['params', 'fields', name],
    range: null,
    severity: 'error',
    code: 'HEADER_NAME_INVALID',
    message: `The name "${name}" is invalid`,
    fixes,
  })
  const invalid = () =>
    [...document.querySelectorAll('[aria-invalid="true"]')].map((box) => box.getAttribute('aria-label'))

  test('marks that row only', async () => {
    const { session } = await render({ area: 'a', 'b d': 'b', count: 3 })
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Value of area' })).toBeTruthy())
    act(() => session.store.setState({ problems: [problem('b d')] }))
    await waitFor(() => expect(invalid()).toEqual(['Value of b d']))
    act(() => session.store.setState({ problems: [problem('count')] }))
    await waitFor(() => expect(invalid()).toEqual(['Value of count']))
  })

  test('does not mark a row that is being added', async () => {
    const { session, user } = await render({ 'b d': 'b' })
    act(() => session.store.setState({ problems: [problem('b d')] }))
    await user.click(screen.getByRole('button', { name: 'Add a field' }))
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Name')
    expect(document.activeElement?.getAttribute('aria-describedby')).toBeNull()
    await waitFor(() => expect(invalid()).toEqual(['Value of b d']))
  })

  test('leaves the focus in the field when a fix is applied by its button', async () => {
    const { session, user, fieldsNow } = await render({ area: 'a', 'b d': 'b' })
    const path = ['fields', 'b d']
    const operations = [{ op: 'set_param', nodeId: 'a' as NodeId, path, value: 'mended' }] as const
    act(() => session.store.setState({ problems: [problem('b d', [{ title: 'Mend it', operations }])] }))
    await user.click(await screen.findByRole('button', { name: 'Mend it' }))
    act(() => session.store.setState({ problems: [] }))
    expect(fieldsNow()).toEqual({ area: 'a', 'b d': 'mended' })
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Value of b d'))
  })
})

describe('the order of rows', () => {
  test('is that of the author, also after a reload, a rename and a change of a value', async () => {
    const { user, session } = await render({ zone: 'z', area: 'a' })
    expect(names()).toEqual(['area', 'zone'])
    await user.click(screen.getByRole('button', { name: 'Add a field' }))
    await user.type(screen.getAllByRole('textbox', { name: 'Name' })[2] as HTMLElement, 'city{Enter}')
    await user.click(screen.getByRole('button', { name: 'Add a field' }))
    await user.type(screen.getAllByRole('textbox', { name: 'Name' })[3] as HTMLElement, '10{Enter}')
    await waitFor(() => expect(document.activeElement?.getAttribute('aria-label')).toBe('Value of 10'))
    expect(names()).toEqual(['area', 'zone', 'city', '10'])
    const first = screen.getAllByRole('textbox', { name: 'Name' })[0] as HTMLElement
    await user.clear(first)
    await user.type(first, 'where{Enter}')
    reopen(session)
    await screen.findByText('Notes')
    expect(names()).toEqual(['where', 'zone', 'city', '10'])
  })

  test('is changed by the arrow keys and by dragging, as one undo step each', async () => {
    const { user, session, fieldsNow } = await render({ a: 1, b: 2, c: 3 })
    grip('c').focus()
    await user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}')
    expect(names()).toEqual(['c', 'a', 'b'])
    expect(Object.keys(fieldsNow() as object)).toEqual(['c', 'a', 'b'])
    expect(await screen.findByText('c moved to position 1 of 3')).toBeTruthy()
    for (const [index, row] of [...document.querySelectorAll('.tn-pair')].entries()) {
      row.getBoundingClientRect = () => ({ top: index * 60, height: 60 }) as DOMRect
    }
    fireEvent.pointerDown(grip('c'), { button: 0, clientY: 10 })
    fireEvent.pointerMove(grip('c'), { clientY: 400 })
    fireEvent.pointerUp(grip('c'))
    expect(names()).toEqual(['a', 'b', 'c'])
    act(() => session.undo())
    expect(names()).toEqual(['c', 'a', 'b'])
  })

  test('is kept by removing a row, and by one that comes back', async () => {
    const { user, session } = await render({ b: 1, a: 2, c: 3 })
    grip('b').focus()
    await user.keyboard('{ArrowUp}')
    await user.click(screen.getByRole('button', { name: 'Remove a' }))
    expect(names()).toEqual(['b', 'c'])
    act(() => session.undo())
    expect(names()).toEqual(['b', 'a', 'c'])
  })

  test('holds in the JSON of a value, where another order is a change', async () => {
    const { session } = await render({ card: { b: 1, a: 2 } })
    const json = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Value of card' })
    fireEvent.change(json(), { target: { value: '{"b": 1, "a": [{"z": 1, "y": 2}]}' } })
    fireEvent.blur(json())
    reopen(session)
    await screen.findByText('Notes')
    expect(json().value.replaceAll(/\s/g, '')).toBe('{"b":1,"a":[{"z":1,"y":2}]}')
    fireEvent.change(json(), { target: { value: '{"a": 1, "b": 2}' } })
    fireEvent.blur(json())
    expect(json().value.replaceAll(/\s/g, '')).toBe('{"a":1,"b":2}')
  })
})

describe('fields of any value', () => {
  test('each has the type of its stored value, old documents too', async () => {
    await render({ limit: '50', count: 5, vip: true, tags: ['a'], card: { a: 1 }, who: '{{input.name}}' })
    const types = ['limit', 'count', 'vip', 'tags', 'card', 'who'].map((name) => typeOf(name).selectedOptions[0]?.text)
    expect(types).toEqual(['Text', 'Number', 'True or false', 'List', 'Object', 'Expression'])
  })

  test('a text that is a number becomes the number', async () => {
    const { user, fieldsNow } = await render({ limit: '50' })
    await user.selectOptions(typeOf('limit'), 'Number')
    expect(fieldsNow()).toEqual({ limit: 50 })
    const input = screen.getByRole('spinbutton', { name: 'Value of limit' })
    await user.clear(input)
    await user.type(input, '9.5')
    expect(fieldsNow()).toEqual({ limit: 9.5 })
  })

  test('true or false is a switch', async () => {
    const { user, fieldsNow } = await render({ vip: 'true' })
    await user.selectOptions(typeOf('vip'), 'True or false')
    expect(fieldsNow()).toEqual({ vip: true })
    await user.click(screen.getByRole('switch', { name: 'Value of vip' }))
    expect(fieldsNow()).toEqual({ vip: false })
  })

  test('lists and objects are JSON', async () => {
    const { user, fieldsNow } = await render({ tags: 'a' })
    await user.selectOptions(typeOf('tags'), 'List')
    expect(fieldsNow()).toEqual({ tags: ['a'] })
    const input = screen.getByRole('textbox', { name: 'Value of tags' })
    await user.clear(input)
    await user.type(input, '[[1, 2]')
    await user.tab()
    expect(fieldsNow()).toEqual({ tags: [1, 2] })
  })
})

describe('a template that gives the whole object', () => {
  test('is shown as text and can be replaced by rows', async () => {
    const { user, fieldsNow } = await render('{{input}}')
    expect(screen.queryByRole('button', { name: 'Add a field' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Use a fixed value' }))
    expect(screen.getByRole('button', { name: 'Add a field' })).toBeTruthy()
    expect(fieldsNow()).not.toBe('{{input}}')
  })
})
