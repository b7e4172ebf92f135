// @vitest-environment jsdom
import type { JsonObject } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'

async function render(fields: JsonObject) {
  const document = workflow([node('start', 'begin'), node('a', 'step', { text: 'hi', fields })], ['start>a'])
  const view = renderInspector({ document, nodeId: 'a' })
  // The fields of a node are fetched.
  await screen.findByText('Notes')
  const fieldsNow = () => view.nodeOf('a')?.params.fields
  return { ...view, user: userEvent.setup(), fieldsNow }
}

const typeOf = (name: string) => screen.getByRole<HTMLSelectElement>('combobox', { name: `Type of ${name}` })

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
