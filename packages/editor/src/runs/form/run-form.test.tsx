// @vitest-environment jsdom
import type { Json, JsonSchema } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { node } from '@tenon/core/testing'
import { screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test, vi } from 'vitest'
import { renderPart } from '../../../test/fixtures/render.tsx'
import { TICKET_DOCUMENT, TICKET_MANIFEST, TICKET_SCHEMA } from '../../../test/fixtures/ticket-workflow.ts'
import { RunForm } from './run-form.tsx'
import { startPoints } from './start-schema.ts'
import { ValueForm } from './value-form.tsx'

function show(schema: JsonSchema = TICKET_SCHEMA, onSubmit = vi.fn(async (_input: Json) => {})) {
  return { ...renderPart(<RunForm schema={schema} onSubmit={onSubmit} />), onSubmit }
}

describe('RunForm', () => {
  test('asks for the fields of the schema and starts with its defaults', async () => {
    const { user, onSubmit } = show()
    await user.type(screen.getByRole('textbox', { name: 'Ticket' }), 'T-12345')
    await user.type(screen.getByRole('textbox', { name: 'Text' }), 'Where is it?')
    await user.selectOptions(screen.getByRole('combobox', { name: 'Priority' }), 'high')
    await user.click(screen.getByRole('switch', { name: 'VIP customer' }))
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).toHaveBeenCalledExactlyOnceWith({
      ticket_id: 'T-12345',
      text: 'Where is it?',
      priority: 'high',
      vip: true,
    })
  })

  test('says at the field what is missing, goes there, and sends nothing', async () => {
    const { user, onSubmit } = show()
    await user.click(screen.getByRole('button', { name: 'Run' }))
    const ticket = screen.getByRole('textbox', { name: 'Ticket' })
    expect(ticket.getAttribute('aria-invalid')).toBe('true')
    expect(ticket.getAttribute('aria-required')).toBe('true')
    const note = document.getElementById(ticket.getAttribute('aria-describedby') ?? '')
    expect(note?.textContent).toBe('Enter a value.')
    await waitFor(() => expect(document.activeElement).toBe(ticket))
    expect(onSubmit).not.toHaveBeenCalled()
    await user.type(ticket, 'T')
    expect(ticket.getAttribute('aria-invalid')).toBeNull()
  })

  test('puts the server’s faults at their fields', async () => {
    const { user } = show(
      TICKET_SCHEMA,
      vi.fn(async () => {
        const issues = [
          { path: ['ticket_id'], code: 'pattern', message: 'Write T- and five digits.' },
          { path: ['items'], code: 'type', message: 'Send a list of items' },
        ]
        throw new TenonError('RUN_INPUT_INVALID', 'The input does not fit', { details: { issues } })
      }),
    )
    await user.type(screen.getByRole('textbox', { name: 'Ticket' }), 'X')
    await user.type(screen.getByRole('textbox', { name: 'Text' }), 'Where is it?')
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(await screen.findByText('Write T- and five digits.')).toBeDefined()
    expect(screen.getByRole('alert').textContent).toContain('The input does not fit')
    expect(screen.getByText('items: Send a list of items')).toBeDefined()
    expect(screen.getByRole('textbox', { name: 'Ticket' })).toHaveProperty('value', 'X')
  })

  test('goes to JSON and back without losing anything', async () => {
    const { user, onSubmit } = show()
    await user.type(screen.getByRole('textbox', { name: 'Ticket' }), 'T-1')
    await user.click(screen.getByRole('radio', { name: 'JSON' }))
    const json = screen.getByRole('textbox', { name: 'Input as JSON' })
    expect(JSON.parse((json as HTMLTextAreaElement).value)).toMatchObject({ ticket_id: 'T-1' })
    await user.clear(json)
    await user.click(json)
    await user.paste('{"ticket_id": "T-2", "text": "Hello you", "more": [1]}')
    await user.click(screen.getByRole('radio', { name: 'Form' }))
    expect(screen.getByRole('textbox', { name: 'Ticket' })).toHaveProperty('value', 'T-2')
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).toHaveBeenCalledWith({ ticket_id: 'T-2', text: 'Hello you', more: [1] })
  })

  test('says where JSON is wrong and holds the run back', async () => {
    const { user } = show(true)
    const json = screen.getByRole('textbox', { name: 'Input as JSON' })
    await user.clear(json)
    await user.click(json)
    await user.paste('{"a": 1,\n "b" 2}')
    expect(screen.queryByText('Invalid JSON at line 2, column 6.')).toBeNull()
    await user.tab()
    expect(screen.getByText('Invalid JSON at line 2, column 6.')).toBeDefined()
    expect(screen.getByRole('button', { name: 'Run' })).toHaveProperty('disabled', true)
  })

  test('adds and removes items of a list', async () => {
    const { user, onSubmit } = show({
      type: 'object',
      properties: {
        lines: { type: 'array', title: 'Lines', items: { type: 'object', properties: { item: { type: 'string' } } } },
      },
    })
    const lines = screen.getByRole('group', { name: 'Lines' })
    for (const name of ['Panels', 'Screws']) {
      await user.click(within(lines).getByRole('button', { name: 'Add item' }))
      await user.type(within(lines).getAllByRole('textbox', { name: 'Item' }).at(-1) as HTMLElement, name)
    }
    await user.click(screen.getByRole('button', { name: 'Remove item 1' }))
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).toHaveBeenCalledWith({ lines: [{ item: 'Screws' }] })
  })

  test('takes numbers as numbers, and leaves an emptied field out', async () => {
    const { user, onSubmit } = show({
      type: 'object',
      properties: { n: { type: 'number', title: 'N' }, m: { type: 'integer', title: 'M' } },
    })
    await user.type(screen.getByRole('spinbutton', { name: 'N' }), '1.5')
    await user.type(screen.getByRole('spinbutton', { name: 'M' }), '7')
    await user.clear(screen.getByRole('spinbutton', { name: 'M' }))
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).toHaveBeenCalledWith({ n: 1.5 })
  })

  test('shows params as the inspector does: choices with labels, and fields that others make visible', async () => {
    const properties = {
      auth: { enum: ['none', 'basic_auth'], default: 'none' },
      data: { type: 'object', description: 'Sent as the body.', dependsOn: { param: 'auth', in: ['basic_auth'] } },
    }
    const texts = { json: 'JSON', noFields: '', failed: '', submit: 'Send' }
    const form = { schema: { type: 'object', properties, required: ['auth'] }, texts, onSubmit: async () => {} }
    const { user } = renderPart(<ValueForm {...form} isParams />)
    const auth = screen.getByRole('combobox', { name: /Auth/ })
    expect([...auth.children].map(({ textContent }) => textContent)).toEqual(['None', 'Basic auth'])
    expect(screen.queryByRole('textbox', { name: /Data/ })).toBeNull()
    await user.selectOptions(auth, 'Basic auth')
    expect(screen.getByRole('textbox', { name: /Data/ })).toBeDefined()
    expect(screen.getByText('Sent as the body. As JSON: {"name": "Ada"}')).toBeDefined()
  })

  test('says that a workflow takes no input', async () => {
    const { user, onSubmit } = show({ type: 'object', properties: {} })
    expect(screen.getByText('This workflow takes no input.')).toBeDefined()
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).toHaveBeenCalledWith({})
  })

  test('sends nothing while a field holds text that it cannot read', async () => {
    const onSubmit = vi.fn()
    const schema = { type: 'object', properties: { amount: { type: 'number', default: 1 }, more: { type: 'object' } } }
    const { user } = renderPart(<RunForm schema={schema} onSubmit={onSubmit} />)
    const amount = screen.getByRole('spinbutton', { name: /Amount/ })
    await user.clear(amount)
    await user.type(amount, '12 pieces')
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).not.toHaveBeenCalled()
    await waitFor(() => expect(document.activeElement).toBe(amount))
    await user.clear(amount)
    await user.type(amount, '12')
    await user.click(screen.getByRole('textbox', { name: /More/ }))
    await user.paste('{"a":')
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).not.toHaveBeenCalled()
    await user.click(screen.getByRole('textbox', { name: /More/ }))
    await user.paste('1}')
    await user.click(screen.getByRole('button', { name: 'Run' }))
    expect(onSubmit).toHaveBeenCalledWith({ amount: 12, more: { a: 1 } })
  })
})

test('startPoints are start nodes, then schedules and events, without webhooks and those that are switched off', () => {
  expect(startPoints(TICKET_DOCUMENT, TICKET_MANIFEST)).toEqual([
    { nodeId: 'start', name: 'New ticket', schema: TICKET_SCHEMA },
  ])
  const kinds = ['schedule', 'event', 'webhook'] as const
  const nodes = kinds.map((type) => node(type, type, type === 'event' ? { eventType: 'paid' } : {}))
  const [first] = TICKET_MANIFEST.nodes.filter(({ type }) => type === 'start')
  const entries = kinds.flatMap((kind) => (first === undefined ? [] : [{ ...first, type: kind, trigger: kind }]))
  const manifest = { ...TICKET_MANIFEST, nodes: [...TICKET_MANIFEST.nodes, ...entries] }
  const points = startPoints({ ...TICKET_DOCUMENT, nodes: [...nodes, ...TICKET_DOCUMENT.nodes] }, manifest)
  expect(points.map(({ nodeId, eventType }) => [nodeId, eventType])).toEqual([
    ['start', undefined],
    ['schedule', undefined],
    ['event', 'paid'],
  ])
  const off = TICKET_DOCUMENT.nodes.map((node) => (node.id === 'start' ? { ...node, disabled: true } : node))
  expect(startPoints({ ...TICKET_DOCUMENT, nodes: off }, TICKET_MANIFEST)).toEqual([])
})
