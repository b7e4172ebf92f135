// @vitest-environment jsdom
import type { Json } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'
import { formFields } from '../../runs/form/form-model.ts'

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  properties: {
    city: { type: 'string', minLength: 2, 'x-own': [1] },
    level: { type: 'integer', enum: [1, 2], default: 1 },
    zone: { oneOf: [{ type: 'string' }, { type: 'number' }] },
  },
  required: ['city'],
}

async function open(schema: Json = SCHEMA) {
  const document = workflow([node('start', 'start', { inputSchema: schema })], [])
  const view = renderInspector({ document, nodeId: 'start' })
  await screen.findAllByRole('textbox', { name: 'Name of the field' })
  const stored = () => view.nodeOf('start')?.params.inputSchema as typeof SCHEMA
  return {
    ...view,
    stored,
    names: () => screen.getAllByRole('textbox', { name: 'Name of the field' }).map((box) => box.getAttribute('value')),
    /** As the form of a run draws it. */
    form: () => formFields(stored())?.map(({ name, kind }) => `${name} ${kind}`),
    nameOf: (index: number) => screen.getAllByRole('textbox', { name: 'Name of the field' })[index] as HTMLElement,
  }
}

describe('JsonSchemaControl', () => {
  test('keeps the focus in a field that was renamed', async () => {
    const { user, stored, nameOf } = await open()
    await user.clear(nameOf(0))
    await user.type(nameOf(0), 'town{Enter}')
    expect(Object.keys(stored().properties).sort()).toEqual(['level', 'town', 'zone'])
    expect(document.activeElement).toBe(nameOf(0))
    expect(nameOf(0)).toHaveProperty('value', 'town')
  })

  test('groups the fields of a row under its name', async () => {
    await open()
    const row = within(screen.getByRole('group', { name: 'level' }))
    expect(row.getByRole('textbox', { name: 'Name of the field' })).toHaveProperty('value', 'level')
    expect(row.getByRole('checkbox', { name: 'required' })).toHaveProperty('checked', false)
    expect(within(screen.getByRole('group', { name: 'city' })).getByRole('checkbox')).toHaveProperty('checked', true)
  })

  test('renames a field with the references to it, as one undo step', async () => {
    const step = node('a', 'step', { text: 'In {{input.city}}' }, { policy: { skipIf: '{{ trigger.city == "" }}' } })
    const document = workflow([node('start', 'start', { inputSchema: SCHEMA }), step], ['start>a'])
    const { user, session, nodeOf } = renderInspector({ document, nodeId: 'start' })
    const [name] = await screen.findAllByRole('textbox', { name: 'Name of the field' })
    await user.clear(name as HTMLElement)
    await user.type(name as HTMLElement, 'town{Enter}')
    expect(nodeOf('a')).toMatchObject({
      params: { text: 'In {{input.town}}' },
      policy: { skipIf: '{{ trigger.town == "" }}' },
    })
    act(() => session.undo())
    expect(nodeOf('a')).toMatchObject({ params: step.params, policy: step.policy })
    expect(nodeOf('start')?.params.inputSchema).toEqual(SCHEMA)
  })

  test('moves a field by the arrow keys, in the run form too, and undoes it', async () => {
    const { user, session, names, form } = await open()
    const before = names()
    expect(form()).toEqual(['city text', 'level choice', 'zone json'])
    screen.getByRole('button', { name: 'Move zone with the arrow keys' }).focus()
    await user.keyboard('{ArrowUp}{ArrowUp}{ArrowUp}')
    expect(names()).toEqual(['zone', 'city', 'level'])
    expect(form()).toEqual(['zone json', 'city text', 'level choice'])
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Move zone with the arrow keys' }))
    expect(await screen.findByText('zone moved to position 1 of 3')).toBeTruthy()
    await user.tab()
    session.undo()
    session.undo()
    expect(form()).toEqual(before.map((name, index) => `${name} ${['text', 'choice', 'json'][index]}`))
  })

  test('keeps the order of fields that are written as JSON', async () => {
    const { user, stored, form, names } = await open()
    await user.click(screen.getByRole('button', { name: 'Edit as JSON Schema' }))
    const field = screen.getByRole('textbox', { name: 'Input' })
    const written = { type: 'object', properties: { zone: { type: 'string' }, city: { type: 'number' } } }
    fireEvent.change(field, { target: { value: JSON.stringify(written) } })
    fireEvent.blur(field)
    expect(stored()).toEqual({ ...written, 'x-order': ['zone', 'city'] })
    expect(form()).toEqual(['zone text', 'city number'])
    await user.click(screen.getByRole('button', { name: 'Edit as fields' }))
    expect(names()).toEqual(['zone', 'city'])
  })

  test('moves a field by dragging its grip', async () => {
    const { names } = await open()
    const rows = [...document.querySelectorAll('.tn-schema-row')]
    rows.forEach((row, index) => {
      row.getBoundingClientRect = () => ({ top: index * 60, height: 60 }) as DOMRect
    })
    const grip = screen.getByRole('button', { name: 'Move city with the arrow keys' })
    fireEvent.pointerDown(grip, { button: 0, clientY: 10 })
    fireEvent.pointerMove(grip, { clientY: 100 })
    expect(rows.map((row) => row.hasAttribute('data-drop'))).toEqual([false, false, true])
    fireEvent.pointerMove(grip, { clientY: 400 })
    fireEvent.pointerUp(grip)
    expect(names()).toEqual(['level', 'zone', 'city'])
    expect(document.querySelector('[data-drop]')).toBeNull()
  })

  test('a drag that is broken off moves nothing', async () => {
    const { names } = await open()
    const grip = screen.getByRole('button', { name: 'Move city with the arrow keys' })
    fireEvent.pointerDown(grip, { button: 0, clientY: 10 })
    fireEvent.pointerMove(grip, { clientY: 400 })
    fireEvent.pointerCancel(grip)
    fireEvent.pointerUp(grip)
    expect(names()).toEqual(['city', 'level', 'zone'])
  })

  test('shows and edits allowed values, which stay numbers', async () => {
    const { user, stored } = await open()
    await user.click(screen.getByRole('button', { name: 'Options of level' }))
    const add = screen.getByRole('textbox', { name: 'Add a value' })
    await user.type(add, '2{Enter}')
    expect(screen.getByText('"2" is already in the list.')).toBeTruthy()
    await user.clear(add)
    await user.type(add, '2.5{Enter}')
    expect(screen.getByText('Enter a whole number.')).toBeTruthy()
    await user.clear(add)
    await user.type(add, '3{Enter}')
    expect(stored().properties.level).toEqual({ type: 'integer', enum: [1, 2, 3], default: 1 })
    await user.selectOptions(screen.getByRole('combobox', { name: 'Default' }), '3')
    expect(stored().properties.level.default).toBe(3)
    await user.click(screen.getAllByRole('button', { name: 'Remove' })[0] as HTMLElement)
    expect(stored().properties.level.enum).toEqual([2, 3])
  })

  test('edits format, default and whether a field is required, and loses nothing that it does not show', async () => {
    const { user, stored } = await open()
    await user.click(screen.getByRole('button', { name: 'Options of city' }))
    await user.selectOptions(screen.getByRole('combobox', { name: 'Format' }), 'Email address')
    await user.type(screen.getByRole('textbox', { name: 'Default' }), 'a@b.test')
    await user.click(screen.getAllByRole('checkbox', { name: 'required' })[0] as HTMLElement)
    await user.selectOptions(screen.getAllByRole('combobox', { name: 'Type of the field' })[0] as HTMLElement, 'list')
    await user.selectOptions(screen.getAllByRole('combobox', { name: 'Type of the field' })[0] as HTMLElement, 'text')
    expect(stored()).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        ...SCHEMA.properties,
        city: { type: 'string', minLength: 2, 'x-own': [1], format: 'email', items: { type: 'string' } },
      },
    })
  })

  test('a field that only JSON Schema can describe is a row like the others', async () => {
    const { user, stored } = await open()
    expect(screen.getAllByRole('combobox', { name: 'Type of the field' })[2]).toHaveProperty('value', 'custom')
    await user.type(
      screen.getAllByRole('textbox', { name: 'Description of the field' })[2] as HTMLElement,
      'Part of town',
    )
    await user.tab()
    expect(stored().properties.zone).toEqual({ ...SCHEMA.properties.zone, description: 'Part of town' })
  })

  test('a new field goes to the end and has the focus', async () => {
    const { user, names, form, nameOf } = await open()
    await user.click(screen.getByRole('button', { name: 'Add a field' }))
    expect(document.activeElement).toBe(nameOf(3))
    await user.keyboard('amount{Enter}')
    expect(names()).toEqual(['city', 'level', 'zone', 'amount'])
    expect(form()?.at(-1)).toBe('amount text')
    expect(document.activeElement).toBe(nameOf(3))
  })
})
