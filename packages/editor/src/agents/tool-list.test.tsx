// @vitest-environment jsdom
import { defineNode, toManifest, toolsParam } from '@tenon/core/node'
import { node, workflow } from '@tenon/core/testing'
import { act, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { renderInspector } from '../../test/fixtures/render-inspector.tsx'
import { createManifestIndex } from '../manifest/manifest-index.ts'

const common = {
  ...{ version: 1, description: 'For a test', icon: 'M4 12h16', category: 'action' as const },
  ports: [{ name: 'success', title: 'success' }],
  ...{ outputs: { success: z.object({}) }, summary: 'Works', effect: 'read' as const },
} as const
const agent = defineNode({
  ...{ ...common, type: 'agent', title: 'Agent', callsFrom: 'tools' },
  params: z.object({ tools: toolsParam }),
})
const search = defineNode({
  ...{ ...common, type: 'search', title: 'Search orders', tool: { name: 'search', description: 'Finds orders' } },
  params: z.object({
    desk: z.enum(['north', 'south']).default('north').meta({ title: 'Desk', literal: true }),
    query: z.string().meta({ title: 'Query', control: 'text' }),
    key: z.string().optional().meta({ title: 'Key', control: 'password', secret: true }),
  }),
})
const pay = defineNode({
  ...{ ...common, type: 'pay', title: 'Pay back', effect: 'write', tool: { name: 'pay', description: 'Pays' } },
  params: z.object({ amount: z.number().meta({ title: 'Amount' }) }),
})
const other = defineNode({ ...common, type: 'other', title: 'Other', params: z.object({}) })

function showAgent(tools: readonly object[]) {
  const view = renderInspector({ document: workflow([node('a', 'agent', { tools: tools as never })], []), nodeId: 'a' })
  const manifest = createManifestIndex(toManifest([agent, search, pay, other]))
  act(() => view.session.store.setState({ manifest }))
  return { ...view, tools: () => view.nodeOf('a')?.params.tools as readonly Record<string, unknown>[] }
}

const SEARCH = {
  ...{ name: 'search', description: '', nodeType: 'search', typeVersion: 1, params: {} },
  ...{ open: { query: { description: '' } }, approval: 'never' },
}
const PAY = { ...SEARCH, name: 'pay', nodeType: 'pay', open: {}, params: { amount: 5 } }

describe('ToolList', () => {
  test('adds node types that can be tools, each with a name of its own, and asks people before writes', async () => {
    const { user, tools } = showAgent([])
    expect(await screen.findByText(/No tools yet/)).toBeTruthy()
    const add = async (title: string) => {
      await user.click(await screen.findByRole('button', { name: 'Add a tool' }))
      const list = await screen.findByRole('listbox')
      const options = within(list).getAllByRole('option')
      expect(options.map(({ textContent }) => textContent)).toEqual(['Pay backFor a test', 'Search ordersFor a test'])
      await user.click(within(list).getByRole('option', { name: new RegExp(title) }))
    }
    await add('Search')
    await add('Search')
    await add('Pay')
    await waitFor(() => expect(tools()).toHaveLength(3))
    expect(tools()).toMatchObject([
      SEARCH,
      { ...SEARCH, name: 'search_2' },
      { name: 'pay', open: { amount: {} }, approval: 'always' },
    ])
  })

  test('fixes a param or leaves it to the model, but only params that take expressions; one undo takes it back', async () => {
    const { user, tools, session } = showAgent([SEARCH])
    const card = await screen.findByRole('group', { name: 'search' })
    expect(within(card).queryByText('Key')).toBeNull()
    expect(within(card).queryByRole('button', { name: 'Let the model decide: Desk' })).toBeNull()
    await user.click(within(card).getByRole('button', { name: 'Set a value: Query' }))
    expect(tools()).toMatchObject([{ open: {}, params: {} }])
    await user.click(within(card).getByRole('button', { name: 'Let the model decide: Query' }))
    expect(tools()).toMatchObject([{ open: { query: { description: '' } } }])
    act(() => void session.undo())
    expect(tools()).toMatchObject([{ open: {} }])
    await user.selectOptions(within(card).getByRole('combobox', { name: /Desk/ }), 'South')
    expect(tools()).toMatchObject([{ params: { desk: 'south' } }])
    await user.selectOptions(within(card).getByRole('combobox', { name: /Approval/ }), 'When a condition is true')
    expect(await within(card).findByText('Condition')).toBeTruthy()
  })

  test('moves and removes tools, and shows one of an unknown type', async () => {
    const { user, tools } = showAgent([SEARCH, PAY, { ...SEARCH, name: 'gone', nodeType: 'gone', typeVersion: 4 }])
    expect(await screen.findByText('Unknown node type gone, version 4')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'Move pay up' }))
    expect(tools().map(({ name }) => name)).toEqual(['pay', 'search', 'gone'])
    await user.click(screen.getByRole('button', { name: 'Remove search' }))
    expect(tools().map(({ name }) => name)).toEqual(['pay', 'gone'])
    await user.click(screen.getByRole('button', { name: 'Move pay down' }))
    expect(tools().map(({ name }) => name)).toEqual(['gone', 'pay'])
  })
})
