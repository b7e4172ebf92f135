// @vitest-environment jsdom
import type { TenonClient } from '@tenon/core/client'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { setPageVisibility } from '../../test/fixtures/page-visibility.ts'
import { type InspectorOptions, renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../test/fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../../test/fixtures/stored-workflow.ts'
import { createManifestIndex } from '../manifest/manifest-index.ts'
import { whenSaved } from '../publish/when-saved.ts'
import { select } from '../store/editor-store.ts'

type UpdateWorkflow = Parameters<TenonClient['workflows']['update']>[1]
type OpenInspector = ReturnType<typeof renderInspector> & { readonly updates: readonly UpdateWorkflow[] }

/** A field that people type into, and where its text has to arrive. */
interface TypedField {
  readonly nodeId?: string
  readonly open: (inspector: OpenInspector) => Promise<HTMLElement> | HTMLElement
  readonly typed: string
  readonly stored: (inspector: OpenInspector) => unknown
  readonly expected: unknown
}

const box = (name: string | RegExp, index = 0) => {
  const found = screen.getAllByRole('textbox', { name })[index]
  if (found === undefined) throw new Error(`There is no ${name} ${index}`)
  return found
}
const propertiesOf = ({ nodeOf }: OpenInspector) => nodeOf('start')?.params.inputSchema
const optionsOf = async ({ user }: OpenInspector, name: string) => {
  await user.click(screen.getByRole('button', { name: `Options of ${name}` }))
}

const FIELDS: Readonly<Record<string, TypedField>> = {
  'name of the workflow': {
    open: async ({ user }) => {
      await user.click(screen.getByRole('button', { name: 'Tickets' }))
      return box('Name of the workflow')
    },
    typed: 'Requests',
    stored: ({ updates }) => updates,
    expected: [{ name: 'Requests' }],
  },
  'description of the workflow': {
    open: () => box('Description'),
    typed: 'Sorts tickets',
    stored: ({ updates }) => updates,
    expected: [{ description: 'Sorts tickets' }],
  },
  'name of a node': {
    nodeId: 'a',
    open: () => box('Name of the node'),
    typed: 'Alpha',
    stored: ({ nodeOf }) => nodeOf('a')?.name,
    expected: 'Alpha',
  },
  'a number': {
    nodeId: 'a',
    open: () => screen.getByRole('spinbutton', { name: 'Count' }),
    typed: '7',
    stored: ({ nodeOf }) => nodeOf('a')?.params.count,
    expected: 7,
  },
  'name in a row of names and values': {
    nodeId: 'a',
    open: () => box('Name'),
    typed: 'whom',
    stored: ({ nodeOf }) => nodeOf('a')?.params.fields,
    expected: { whom: 'me' },
  },
  'name of a new row': {
    nodeId: 'a',
    open: async ({ user }) => {
      await user.click(screen.getByRole('button', { name: 'Add a field' }))
      return box('Name', 1)
    },
    typed: 'whom',
    stored: ({ nodeOf }) => nodeOf('a')?.params.fields,
    expected: { who: 'me', whom: '' },
  },
  'name of a port': {
    nodeId: 'c',
    open: () => box('Name of the port'),
    typed: 'first',
    stored: ({ nodeOf }) => nodeOf('c')?.params.cases,
    expected: [{ id: 'first', title: 'First' }],
  },
  'name of a schema field': {
    nodeId: 'start',
    open: () => box('Name of the field'),
    typed: 'town',
    stored: propertiesOf,
    expected: expect.objectContaining({ properties: { town: { type: 'string' }, zone: { type: 'string' } } }),
  },
  'meaning of a schema field': {
    nodeId: 'start',
    open: () => box('Description of the field', 1),
    typed: 'Where',
    stored: propertiesOf,
    expected: expect.objectContaining({
      properties: { city: { type: 'string' }, zone: { type: 'string', description: 'Where' } },
    }),
  },
  'default of a schema field': {
    nodeId: 'start',
    open: async (inspector) => {
      await optionsOf(inspector, 'zone')
      return box('Default')
    },
    typed: 'north',
    stored: propertiesOf,
    expected: expect.objectContaining({
      properties: { city: { type: 'string' }, zone: { type: 'string', default: 'north' } },
    }),
  },
  'allowed value of a schema field': {
    nodeId: 'start',
    open: async (inspector) => {
      await optionsOf(inspector, 'zone')
      return box('Add a value')
    },
    typed: 'north',
    stored: propertiesOf,
    expected: expect.objectContaining({
      properties: { city: { type: 'string' }, zone: { type: 'string', enum: ['north'] } },
    }),
  },
  'a schema as JSON': {
    nodeId: 'start',
    open: async ({ user }) => {
      await user.click(screen.getByRole('button', { name: 'Edit as JSON Schema' }))
      return box('Input')
    },
    typed: '{"type":"object","title":"City"}',
    stored: propertiesOf,
    expected: { type: 'object', title: 'City' },
  },
  'length of time': {
    open: () => screen.getByRole('spinbutton', { name: 'Run timeout' }),
    typed: '5',
    stored: ({ session }) => session.read().settings.timeout,
    expected: '5d',
  },
}

/** Ways to leave a field after typing into it. */
const LEAVES: Readonly<Record<string, (inspector: OpenInspector, field: HTMLElement) => unknown>> = {
  'by hiding the page': () => fireEvent(window, new Event('pagehide')),
  'by going to another page of the host': ({ leave }) => leave(),
  'by publishing': ({ session }) => act(() => void whenSaved(session, 0)),
  'by another command': ({ session }) =>
    act(() => void session.dispatch({ type: 'set-fields', nodeIds: ['a'], set: { disabled: true } })),
  'by the Tab key': ({ user }) => user.tab(),
}

const cases = Object.entries(FIELDS).flatMap(([what, field]) =>
  Object.keys(LEAVES).map((how) => ({ what, how, field })),
)

async function open(options: InspectorOptions = {}): Promise<OpenInspector> {
  const updates: UpdateWorkflow[] = []
  const { client } = createFixtureClient()
  const update: TenonClient['workflows']['update'] = async (_workflowId, changes) => {
    updates.push(changes)
    return { ...STORED_WORKFLOW, ...changes }
  }
  const inspector = renderInspector({ ...options, client: { ...client, workflows: { ...client.workflows, update } } })
  // The fields are fetched.
  await screen.findByText(options.nodeId === undefined ? 'Run timeout' : 'Notes')
  return Object.assign(inspector, { updates })
}

describe('text that is typed and left at once', () => {
  test.each(cases)('$what is stored when the field is left $how', async ({ how, field }) => {
    const inspector = await open(field.nodeId === undefined ? {} : { nodeId: field.nodeId })
    const element = await field.open(inspector)
    act(() => element.focus())
    fireEvent.change(element, { target: { value: field.typed } })
    await LEAVES[how]?.(inspector, element)
    expect(field.stored(inspector)).toEqual(field.expected)
  })

  test.each(Object.entries(FIELDS).filter(([what]) => !['a number', 'length of time'].includes(what)))(
    '%s is not called saved while it is only typed',
    async (_what, field) => {
      const inspector = await open(field.nodeId === undefined ? {} : { nodeId: field.nodeId })
      const element = await field.open(inspector)
      fireEvent.change(element, { target: { value: field.typed } })
      expect(screen.getByText('Editing…')).toBeTruthy()
      inspector.session.flush()
      await waitFor(() => expect(screen.getByText('Saved')).toBeTruthy())
    },
  )

  test('is stored after a pause without leaving the field, which keeps what was typed', async () => {
    const { user, nodeOf } = await open({ nodeId: 'a' })
    const name = box('Name of the node')
    await user.clear(name)
    await user.type(name, 'Alpha and ')
    await waitFor(() => expect(nodeOf('a')?.name).toBe('Alpha and'))
    expect(name).toHaveProperty('value', 'Alpha and ')
    expect(document.activeElement).toBe(name)
  })
})

describe('a page that is only hidden', () => {
  test('has stored texts, and no half of a name', async () => {
    const { nodeOf } = await open({ nodeId: 'start' })
    fireEvent.change(box('Description of the field', 1), { target: { value: 'Where' } })
    fireEvent.change(box('Name of the field'), { target: { value: 'to' } })
    act(() => setPageVisibility('hidden'))
    expect(nodeOf('start')?.params.inputSchema).toMatchObject({
      properties: { city: { type: 'string' }, zone: { type: 'string', description: 'Where' } },
    })
    fireEvent.change(box('Name of the field'), { target: { value: 'town' } })
    fireEvent(window, new Event('pagehide'))
    expect(nodeOf('start')?.params.inputSchema).toMatchObject({ properties: { town: { type: 'string' } } })
  })
})

describe('undo of typing', () => {
  test('a burst of typing is one step, and the next field another', async () => {
    const { session, nodeOf } = await open({ nodeId: 'a' })
    for (const name of ['A', 'Al', 'Alp']) {
      fireEvent.change(box('Name of the node'), { target: { value: name } })
      act(() => session.input.flush())
    }
    for (const count of ['1', '2', '3']) {
      fireEvent.change(screen.getByRole('spinbutton', { name: 'Count' }), { target: { value: count } })
    }
    expect(nodeOf('a')).toMatchObject({ name: 'Alp', params: { count: 3 } })
    act(() => session.undo())
    expect(nodeOf('a')).toMatchObject({ name: 'Alp' })
    expect(nodeOf('a')?.params).not.toHaveProperty('count')
    act(() => session.undo())
    expect(nodeOf('a')).toMatchObject({ name: 'a' })
    act(() => session.redo())
    expect(nodeOf('a')).toMatchObject({ name: 'Alp' })
  })

  test('Escape takes nothing back that Enter has kept', async () => {
    const { user, nodeOf } = await open({ nodeId: 'start' })
    await user.clear(box('Name of the field'))
    await user.type(box('Name of the field'), 'town{Enter}{Escape}')
    expect(nodeOf('start')?.params.inputSchema).toMatchObject({ properties: { town: { type: 'string' } } })
    expect(box('Name of the field')).toHaveProperty('value', 'town')
  })

  test('Escape gives a name back as it was before the field was changed', async () => {
    const { user, session, nodeOf } = await open({ nodeId: 'a' })
    fireEvent.change(box('Name of the node'), { target: { value: 'Alp' } })
    act(() => session.input.flush())
    expect(nodeOf('a')?.name).toBe('Alp')
    await user.type(box('Name of the node'), 'ha{Escape}')
    expect(nodeOf('a')?.name).toBe('a')
    expect(box('Name of the node')).toHaveProperty('value', 'a')
  })
})

describe('text that cannot be stored', () => {
  test.each([
    ['start', 'Name of the field', 'my field', /for example "my_field"/],
    ['start', 'Name of the field', 'zone', /"zone" already exists/],
    ['start', 'Name of the field', 'constructor', /reserved/],
    ['a', 'Name', '__proto__', /reserved/],
    ['c', 'Name of the port', 'First Port', /starts with a lowercase letter/],
  ])('in %s, %s %j says why, stays, and is not called saved', async (nodeId, label, text, why) => {
    const { user, nodeOf, leave } = await open({ nodeId })
    const before = nodeOf(nodeId)
    const field = box(label)
    await user.clear(field)
    await user.type(field, text)
    await user.tab()
    expect(field).toHaveProperty('value', text)
    expect(field.getAttribute('aria-invalid')).toBe('true')
    expect(within(field.parentElement as HTMLElement).getByRole('alert').textContent).toMatch(why)
    expect(nodeOf(nodeId)).toEqual(before)
    expect(screen.getByText('Not saved').title).toContain(label)
    leave()
    expect(screen.getByText('Not saved')).toBeTruthy()
  })

  test('is there again when its node is opened again, and is stored once it is valid', async () => {
    const { user, session, nodeOf } = await open({ nodeId: 'start' })
    await user.clear(box('Name of the field'))
    await user.type(box('Name of the field'), 'zone')
    act(() => session.store.setState({ selectedNodes: new Set(['a']) }))
    act(() => session.store.setState({ selectedNodes: new Set(['start']) }))
    expect(box('Name of the field')).toHaveProperty('value', 'zone')
    await user.clear(box('Name of the field', 1))
    await user.type(box('Name of the field', 1), 'area{Enter}')
    expect(nodeOf('start')?.params.inputSchema).toMatchObject({ 'x-order': ['zone', 'area'], required: ['zone'] })
    expect(screen.getByText('Saved')).toBeTruthy()
  })

  test('is reached by a click on "Not saved", also from another node', async () => {
    const { user, session } = await open({ nodeId: 'start' })
    await user.clear(box('Name of the field', 1))
    await user.type(box('Name of the field', 1), 'my field')
    await user.tab()
    act(() => select(session.store, []))
    await user.click(screen.getByRole('button', { name: 'Not saved' }))
    await waitFor(() => expect(document.activeElement).toHaveProperty('value', 'my field'))
    expect([...session.store.getState().selectedNodes]).toEqual(['start'])
  })

  test('is chosen from a list if there are several', async () => {
    const { user, session } = await open({ nodeId: 'a' })
    const count = () => screen.getByRole('spinbutton', { name: 'Count' })
    fireEvent.change(count(), { target: { value: '99' } })
    act(() => select(session.store, []))
    fireEvent.change(screen.getByRole('spinbutton', { name: 'Run timeout' }), { target: { value: '-1' } })
    await user.click(screen.getByRole('button', { name: 'Not saved' }))
    const items = await screen.findAllByRole('menuitem')
    expect(items.map((item) => item.textContent)).toEqual(['Count of a', 'Run timeout'])
    await user.click(items[0] as HTMLElement)
    await waitFor(() => expect(document.activeElement).toBe(count()))
    // The list would take a click while it closes.
    await waitFor(() => expect(screen.queryByRole('menuitem')).toBeNull())
    await user.click(screen.getByRole('button', { name: 'Not saved' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Run timeout' }))
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('spinbutton', { name: 'Run timeout' })))
    expect(session.store.getState().isWorkflowPanelOpen).toBe(true)
  })

  test('is forgotten with its row, and goes along when another user renames it', async () => {
    const { user, session } = await open({ nodeId: 'start' })
    const name = box('Name of the field')
    await user.clear(name)
    await user.type(name, 'zone')
    await user.tab()
    expect(session.input.refusedText('start/params/inputSchema/city/name')).toBe('zone')
    const { inputSchema } = session.read().nodes.find(({ id }) => id === 'start')?.params ?? {}
    const renamed = JSON.parse(JSON.stringify(inputSchema).replaceAll('"city"', '"town"'))
    act(() => void session.dispatch({ type: 'set-param', nodeId: 'start', path: ['inputSchema'], value: renamed }))
    expect(session.input.refusedText('start/params/inputSchema/town/name')).toBe('zone')
    await user.click(screen.getByRole('button', { name: 'Remove town' }))
    expect(screen.queryByText('Not saved')).toBeNull()
    expect(session.store.getState().input.refused).toEqual([])
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Remove zone' })))
    await user.click(screen.getByRole('button', { name: 'Remove zone' }))
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Add a field' })))
  })

  test('is forgotten with the field that another one hides', async () => {
    const { user, session } = await open({ nodeId: 'a' })
    const nodes = SMALL_MANIFEST.nodes.map((entry) => ({ ...entry, inline: false }))
    act(() => session.store.setState({ manifest: createManifestIndex({ hash: 'retried', nodes }) }))
    await user.click(screen.getByRole('tab', { name: 'Policy' }))
    const attempts = screen.getByRole('spinbutton', { name: 'Attempts' })
    const wait = within(screen.getByRole('group', { name: 'Wait before the second attempt' })).getByRole('spinbutton')
    for (const field of [attempts, wait]) fireEvent.change(field, { target: { value: '-5' } })
    expect(session.store.getState().input.refused).toHaveLength(2)
    fireEvent.change(attempts, { target: { value: '1' } })
    expect(session.store.getState().input.refused).toEqual([])
    expect(screen.queryByText('Not saved')).toBeNull()
  })

  test('is forgotten with its node', async () => {
    const { user, session } = await open({ nodeId: 'a' })
    await user.clear(box('Name'))
    await user.type(box('Name'), 'constructor')
    await user.tab()
    expect(screen.getByText('Not saved')).toBeTruthy()
    act(() => void session.dispatch({ type: 'delete-nodes', nodeIds: ['a'] }))
    expect(screen.getByText('Saved')).toBeTruthy()
  })
})
