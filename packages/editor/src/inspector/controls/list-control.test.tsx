// @vitest-environment jsdom
import type { Json } from '@tenon/core/document'
import { node, workflow } from '@tenon/core/testing'
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { renderInspector } from '../../../test/fixtures/render-inspector.tsx'
import { SMALL_MANIFEST } from '../../../test/fixtures/small-manifest.ts'
import { createManifestIndex } from '../../manifest/manifest-index.ts'

const PARAMS = {
  type: 'object',
  properties: {
    tags: { type: 'array', title: 'Tags', items: { type: 'string' } },
    days: {
      type: 'array',
      title: 'Days',
      uniqueItems: true,
      items: { enum: ['monday', 'tuesday', 'sunday'] },
      default: ['monday', 'tuesday'],
    },
    sizes: { type: 'array', title: 'Sizes', items: { type: 'integer' } },
    parts: {
      type: 'array',
      title: 'Parts',
      items: { type: 'object', properties: { name: { type: 'string' }, data: { title: 'Data', control: 'json' } } },
    },
  },
} as const

async function openLists(params: Readonly<Record<string, Json>>) {
  const nodes = SMALL_MANIFEST.nodes.map((entry) => (entry.type === 'single' ? { ...entry, params: PARAMS } : entry))
  const view = renderInspector({ document: workflow([node('a', 'single', params)], []), nodeId: 'a' })
  act(() => view.session.store.setState({ manifest: createManifestIndex({ hash: 'lists', nodes }) }))
  await screen.findByRole('group', { name: /^Tags/ })
  const group = (name: string) => screen.getByRole('group', { name: new RegExp(`^${name}`) })
  const remove = async (name: string, item: number) =>
    view.user.click(within(group(name)).getByRole('button', { name: `Remove item ${item}` }))
  return { ...view, group, remove, params: () => view.nodeOf('a')?.params }
}

describe('a list', () => {
  test('offers a set of listed values as checkboxes, with its default, in the order of the schema', async () => {
    const { group, params, user } = await openLists({ tags: [] })
    const boxes = within(group('Days')).getAllByRole<HTMLInputElement>('checkbox')
    expect(boxes.map(({ checked }) => checked)).toEqual([true, true, false])
    await user.click(within(group('Days')).getByLabelText('Sunday'))
    await user.click(within(group('Days')).getByLabelText('Monday'))
    expect(params()?.days).toEqual(['tuesday', 'sunday'])
    await user.click(within(group('Days')).getByLabelText('Monday'))
    expect(params()?.days).toEqual(['monday', 'tuesday', 'sunday'])
  })

  test('shows texts and numbers, adds, changes and removes them', async () => {
    const { group, remove, params, user } = await openLists({ tags: ['red', 'blue'], sizes: [1, 2] })
    await waitFor(() => expect(within(group('Tags')).getAllByRole('textbox')[1]?.textContent).toBe('blue'))
    expect(
      within(group('Sizes'))
        .getAllByRole<HTMLInputElement>('spinbutton')
        .map(({ value }) => value),
    ).toEqual(['1', '2'])
    const [, second] = within(group('Sizes')).getAllByRole('spinbutton')
    fireEvent.change(second as HTMLElement, { target: { value: '20' } })
    await remove('Tags', 1)
    await user.click(within(group('Sizes')).getByRole('button', { name: /Add/ }))
    expect(params()).toEqual({ tags: ['blue'], sizes: [1, 20, 0] })
    await waitFor(() => expect(within(group('Tags')).getByRole('textbox').textContent).toBe('blue'))
  })

  test('keeps a number that cannot be stored with its item when another item is removed', async () => {
    const { group, remove, params, session } = await openLists({ sizes: [1, 2, 3] })
    const third = within(group('Sizes')).getAllByRole('spinbutton')[2] as HTMLElement
    fireEvent.change(third, { target: { value: '3.5' } })
    await remove('Sizes', 1)
    const shown = within(group('Sizes'))
      .getAllByRole<HTMLInputElement>('spinbutton')
      .map(({ value }) => value)
    expect([shown, params()?.sizes]).toEqual([
      ['2', '3.5'],
      [2, 3],
    ])
    expect(session.store.getState().input.refused.map(({ path, text }) => ({ path, text }))).toEqual([
      { path: ['sizes', 1], text: '3.5' },
    ])
    await remove('Sizes', 2)
    expect(session.store.getState().input.refused).toEqual([])
  })

  test('keeps a text that cannot be stored with its object when others are removed', async () => {
    const parts = ['a', 'b', 'c'].map((name) => ({ name, data: { at: name } }))
    const { group, remove, params, session } = await openLists({ parts })
    const data = () => within(group('Parts')).getAllByRole<HTMLTextAreaElement>('textbox', { name: /Data/ })
    fireEvent.change(data()[2] as HTMLElement, { target: { value: '{ "at": ' } })
    fireEvent.blur(data()[2] as HTMLElement)
    await remove('Parts', 1)
    await remove('Parts', 1)
    expect(params()?.parts).toEqual([parts[2]])
    expect(data().map(({ value }) => value)).toEqual(['{ "at": '])
    expect(session.store.getState().input.refused.map(({ path, text }) => ({ path, text }))).toEqual([
      { path: ['parts', 0, 'data'], text: '{ "at": ' },
    ])
  })
})
