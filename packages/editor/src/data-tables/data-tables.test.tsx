// @vitest-environment jsdom
import type { DataRow, DataTable } from '@tenon/core/client'
import type { Json } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ColumnType } from '@tenon/core/node'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { tableOf } from '../../test/fixtures/data-tables-fixture.ts'
import { createFixtureClient } from '../../test/fixtures/fixture-client.ts'
import { renderPart } from '../../test/fixtures/render.tsx'
import { cellText, cellValue } from './cell-text.ts'
import { DataTablesManager } from './data-tables-manager.tsx'
import { toCondition } from './row-filter-bar.tsx'
import { chosenTableOf, hasOtherColumns, readChosenTable } from './table-value.ts'

const AT = '2026-11-03T10:00:00.000Z'
const ROWS: readonly DataRow[] = [
  { id: 1, values: { email: 'ada@x.example', total: 12 }, version: 3, createdAt: AT, updatedAt: AT },
  { id: 2, values: { email: 'bo@x.example' }, version: 1, createdAt: AT, updatedAt: AT },
]

function show(dataTables: readonly DataTable[], role: 'editor' | 'viewer' = 'editor') {
  const fixture = createFixtureClient({ dataTables, dataRows: ROWS, role })
  return { ...renderPart(<DataTablesManager client={fixture.client} />), fixture }
}
const argsOf = ({ calls }: ReturnType<typeof createFixtureClient>, name: string) =>
  calls.filter((call) => call.name === name).map(({ args }) => args)

describe('DataTablesManager', () => {
  test('creates the first table with its columns and key, and adds a row', async () => {
    const { user, fixture } = show([])
    await user.click(await screen.findByRole('button', { name: 'New table' }))
    const form = within(await screen.findByRole('dialog', { name: 'New table' }))
    await user.type(form.getByRole('textbox', { name: 'Name' }), 'Orders')
    await user.type(form.getByRole('textbox', { name: 'Name of column 1' }), 'number')
    await user.click(form.getByRole('checkbox', { name: 'Column 1 is required' }))
    await user.click(form.getByRole('button', { name: 'Add a column' }))
    await user.type(form.getByRole('textbox', { name: 'Name of column 2' }), 'paid')
    await user.selectOptions(form.getByRole('combobox', { name: 'Type of column 2' }), 'boolean')
    await user.selectOptions(form.getByRole('combobox', { name: 'Key column' }), 'number')
    await user.click(form.getByRole('button', { name: 'Create table' }))
    expect(await screen.findByRole('heading', { name: 'Orders' })).toBeTruthy()
    const columns = [
      { name: 'number', type: 'text', isRequired: true },
      { name: 'paid', type: 'boolean', isRequired: false },
    ]
    expect(argsOf(fixture, 'dataTables.create')).toEqual([[{ name: 'Orders', columns, keyColumn: 'number' }]])
    await user.click(screen.getByRole('button', { name: 'Add a row' }))
    const row = within(await screen.findByRole('dialog', { name: 'New row' }))
    const add = row.getByRole('button', { name: 'Add row' })
    expect(add.hasAttribute('disabled')).toBe(true)
    await user.type(row.getByRole('textbox', { name: 'number' }), '7')
    await user.click(add)
    await waitFor(() => expect(argsOf(fixture, 'dataTables.addRow')).toEqual([['t1', { number: '7' }]]))
  })

  test('shows the table of an address, and says which one a person opens', async () => {
    const opened: (string | null)[] = []
    const fixture = createFixtureClient({ dataTables: [tableOf('t1')], dataRows: ROWS, role: 'editor' })
    const page = (tableId: string | null) => (
      <DataTablesManager
        client={fixture.client}
        tableId={tableId}
        onTableChange={(id) => opened.push(id)}
        hrefOf={(id) => `/tables/${id}`}
      />
    )
    const { user, rerender } = renderPart(page(null))
    const link = await screen.findByRole('link', { name: 'Customers' })
    expect(link.getAttribute('href')).toBe('/tables/t1')
    await user.click(link)
    expect(opened).toEqual(['t1'])
    // The host decides what is shown.
    expect(screen.queryByRole('heading', { name: 'Customers' })).toBeNull()
    rerender(page('t1'))
    expect(await screen.findByRole('heading', { name: 'Customers' })).toBeTruthy()
    rerender(page('gone'))
    expect(await screen.findByText('No data table has this id')).toBeTruthy()
    await user.click(screen.getByRole('button', { name: 'All tables' }))
    expect(opened).toEqual(['t1', null])
  })

  test('edits a cell by the keyboard with the version of its row, sorts, filters and deletes', async () => {
    const { user, fixture } = show([tableOf('t1')])
    await user.click(await screen.findByRole('button', { name: 'Customers' }))
    const cell = await screen.findByRole('button', { name: 'Edit total of row 1: 12' })
    cell.focus()
    await user.keyboard('{Enter}')
    await user.clear(screen.getByRole('textbox', { name: 'total of row 1' }))
    await user.keyboard('15{Enter}')
    await waitFor(() =>
      expect(argsOf(fixture, 'dataTables.updateRow')).toEqual([['t1', 1, { values: { total: '15' }, version: 3 }]]),
    )
    const saved = await screen.findByRole('button', { name: 'Edit total of row 1: 15' })
    await waitFor(() => expect(document.activeElement).toBe(saved))
    await user.keyboard('{F2}99{Escape}')
    expect(argsOf(fixture, 'dataTables.updateRow')).toHaveLength(1)

    fixture.fail('dataTables.updateRow', new TenonError('DATA_ROW_CHANGED', 'The row has changed since it was loaded'))
    await user.click(screen.getByRole('button', { name: 'Edit email of row 2: bo@x.example' }))
    // The cell that was closed before does not take the focus back.
    await new Promise((resolve) => requestAnimationFrame(resolve))
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'email of row 2' }))
    await user.keyboard('!{Enter}')
    expect((await screen.findByRole('alert')).textContent).toContain('The row could not be saved')
    await user.keyboard('{Escape}')

    const sort = screen.getByRole('button', { name: 'Sort by total' })
    await user.click(sort)
    await user.click(sort)
    await waitFor(() =>
      expect(argsOf(fixture, 'dataTables.rows').at(-1)).toEqual([
        't1',
        { limit: 50, sort: 'total', direction: 'desc' },
      ]),
    )
    expect(sort.closest('th')?.getAttribute('aria-sort')).toBe('descending')
    await user.selectOptions(screen.getByRole('combobox', { name: 'Filter column' }), 'total')
    await user.type(screen.getByRole('textbox', { name: 'Filter value' }), '9')
    const where = [{ column: 'total', operator: '==', value: '9' }]
    await waitFor(() => expect(argsOf(fixture, 'dataTables.rows').at(-1)?.[1]).toMatchObject({ where }))

    await user.click(await screen.findByRole('button', { name: 'Delete row 2' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete row 2' }))
    await waitFor(() => expect(argsOf(fixture, 'dataTables.removeRow')).toEqual([['t1', 2]]))
  })

  test('saves what the person saw: own changes follow each other, those of others are kept', async () => {
    const { user, fixture } = show([tableOf('t1')])
    const real = fixture.client.dataTables.updateRow
    await user.click(await screen.findByRole('button', { name: 'Customers' }))
    await user.click(await screen.findByRole('button', { name: 'Edit email of row 2: bo@x.example' }))
    fireEvent.change(screen.getByRole('textbox', { name: 'email of row 2' }), { target: { value: 'bo\nx' } })
    // Leaves the cell, which saves it, and reads the rows again; another person changes the cell that is open now.
    fireEvent.click(screen.getByRole('button', { name: 'Edit total of row 1: 12' }))
    await real('t1', 1, { values: { total: '777' }, version: 3 })
    expect(argsOf(fixture, 'dataTables.updateRow')).toContainEqual([
      't1',
      2,
      { values: { email: 'bo\nx' }, version: 1 },
    ])
    await screen.findByRole('button', { name: /^Edit email of row 2: bo\s+x$/ })
    // Nothing was typed, so nothing is sent.
    const total = () => screen.getByRole('textbox', { name: 'total of row 1' })
    fireEvent.keyDown(total(), { key: 'Enter' })
    await user.click(await screen.findByRole('button', { name: 'Edit total of row 1: 777' }))
    expect(argsOf(fixture, 'dataTables.updateRow')).toHaveLength(2)
    await real('t1', 1, { values: { total: '8' }, version: 4 })
    const before = argsOf(fixture, 'dataTables.updateRow').length
    fireEvent.change(total(), { target: { value: '9' } })
    fireEvent.keyDown(total(), { key: 'Enter' })
    expect((await screen.findByRole('alert')).textContent).toContain('The row could not be saved')
    expect(argsOf(fixture, 'dataTables.updateRow')[before]).toEqual(['t1', 1, { values: { total: '9' }, version: 4 }])
    fireEvent.keyDown(total(), { key: 'Escape' })

    // Two cells of a row, the second one before the first is saved.
    await user.click(await screen.findByRole('button', { name: 'Edit total of row 1: 8' }))
    fireEvent.change(total(), { target: { value: '10' } })
    fireEvent.click(screen.getByRole('button', { name: /^Edit email of row 1/ }))
    const email = screen.getByRole('textbox', { name: 'email of row 1' })
    fireEvent.change(email, { target: { value: 'a' } })
    fireEvent.keyDown(email, { key: 'Enter' })
    await waitFor(() =>
      expect(argsOf(fixture, 'dataTables.updateRow').slice(before + 1)).toEqual([
        ['t1', 1, { values: { total: '10' }, version: 5 }],
        ['t1', 1, { values: { email: 'a' }, version: 6 }],
      ]),
    )
    expect(screen.queryByRole('alert')).toBeNull()
  })

  test('warns of the values that a removed column loses, and deletes a table after a question', async () => {
    const { user, fixture } = show([tableOf('t1')])
    await user.click(await screen.findByRole('button', { name: 'Customers' }))
    await user.click(await screen.findByRole('button', { name: 'Edit table' }))
    const form = within(await screen.findByRole('dialog'))
    expect(form.getByRole('button', { name: 'Remove column 1' }).hasAttribute('disabled')).toBe(true)
    await user.click(form.getByRole('button', { name: 'Remove column 2' }))
    expect(form.getByText('The values of these columns are deleted: total.')).toBeTruthy()
    await user.click(form.getByRole('button', { name: 'Save' }))
    const columns = [{ name: 'email', type: 'text', isRequired: true }]
    await waitFor(() =>
      expect(argsOf(fixture, 'dataTables.update')).toEqual([['t1', { version: 1, name: 'Customers', columns }]]),
    )
    await user.click(await screen.findByRole('button', { name: 'Delete table' }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Delete table' }))
    expect(await screen.findByText('No data tables yet')).toBeTruthy()
  })

  test('shows viewers the rows and nothing to change them', async () => {
    const { user } = show([tableOf('t1')], 'viewer')
    await user.click(await screen.findByRole('button', { name: 'Customers' }))
    expect(await screen.findByRole('cell', { name: 'ada@x.example' })).toBeTruthy()
    const names = screen.getAllByRole('button').map((button) => button.getAttribute('aria-label') ?? button.textContent)
    expect(names).toEqual(['All tables', 'Export CSV', 'Sort by email', 'Sort by total'])
  })
})

test('cells are texts of values, and back; an empty cell is no value', () => {
  const textOf = (v: Json, type: ColumnType = 'text') => cellText({ v }, { name: 'v', type })
  expect([null, 'a', 1.5, true, { a: [1] }].map((value) => textOf(value))).toEqual([
    '',
    'a',
    '1.5',
    'true',
    '{"a":[1]}',
  ])
  expect([cellText({}, { name: 'v', type: 'text' }), cellText({}, { name: 'constructor', type: 'text' })]).toEqual([
    '',
    '',
  ])
  // A text in JSON remains a text when it is edited.
  expect([textOf('12', 'json'), cellValue('"12"', 'json')]).toEqual(['"12"', '12'])
  expect([cellValue('', 'text'), cellValue(' ', 'text'), cellValue(' ', 'number')]).toEqual([null, ' ', null])
  expect([cellValue(' a ', 'text'), cellValue(' 1 ', 'number')]).toEqual([' a ', '1'])
  expect([cellValue('{"a":1}', 'json'), cellValue('{a', 'json')]).toEqual([{ a: 1 }, '{a'])
  const column = { name: 'total', type: 'number', isRequired: false } as const
  expect(toCondition({ column: null, operator: '==', text: '1' })).toBeNull()
  expect(toCondition({ column, operator: '>=', text: ' ' })).toBeNull()
  expect(toCondition({ column, operator: 'exists', text: '' })).toEqual({ column: 'total', operator: 'exists' })
})

test('a node keeps the columns of its table, and sees that they have changed', () => {
  const table = tableOf('t1')
  const chosen = readChosenTable(chosenTableOf(table))
  if (chosen === null) throw new RangeError('A table is chosen')
  expect(hasOtherColumns(table, chosen)).toBe(false)
  expect(hasOtherColumns({ ...table, columns: table.columns.slice(1) }, chosen)).toBe(true)
  for (const value of [undefined, null, 'x', [], {}, { id: '' }]) expect(readChosenTable(value)).toBeNull()
  expect(readChosenTable({ id: 't', columns: [1, null, [], { name: 1 }, { name: 'a', type: 'text' }] })).toEqual({
    ...{ id: 't', name: '', columns: [{ name: 'a', type: 'text' }] },
  })
})
