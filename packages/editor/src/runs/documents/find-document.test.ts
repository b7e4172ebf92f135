import { isJsonObject, type Json } from '@tenon/core/document'
import { expect, test } from 'vitest'
import { INVOICE_PDF, readInvoice } from '../../../test/fixtures/read-invoice.ts'
import { findDocument } from './find-document.ts'
import { kindsOf, marksOf } from './marks.ts'

const content = readInvoice()

test('a document is found in a value or one of its fields, with its file', () => {
  expect(findDocument(content)?.file).toEqual(INVOICE_PDF)
  expect(findDocument({ read: content, other: 1 })?.file).toEqual(INVOICE_PDF)
  expect(findDocument(readInvoice('none'))?.file).toBeNull()
})

test.each<[string, Json]>([
  ['a text', 'x'],
  ['nothing', null],
  ['a list', []],
  ['no pages', { ...asObject(content), pages: 3 }],
  ['a page without a number', { ...asObject(content), pages: [{ page: 0, lines: [] }] }],
  ['a line without a box', { ...asObject(content), pages: [{ page: 1, lines: [{ text: 'x', confidence: 1 }] }] }],
  ['a field with another value', { ...asObject(content), fields: [{ page: 1, name: 'x', value: 'y' }] }],
  ['a cell that is a text', { ...asObject(content), tables: [{ page: 1, confidence: 1, cells: ['x'] }] }],
])('anything else is shown as a value only: %s', (_name, value) => {
  expect(findDocument(value)).toBeNull()
})

test('the values of a page have their boxes; those of other pages are left out', () => {
  const document = findDocument(content)
  if (document === null) throw new RangeError('It is a document')
  expect(kindsOf(document)).toEqual(['fields', 'cells', 'answers', 'signatures', 'lines'])
  const shown = (kind: Parameters<typeof marksOf>[1], page: number) =>
    marksOf(document, kind, page).map(({ name, text, isSelected, boxes }) => [name, text, isSelected, boxes.length])
  expect(shown('fields', 1)).toEqual([
    ['Supplier', 'Northwind Traders', null, 2],
    ['Date', '2026-11-03', null, 2],
    ['Paid', '', true, 2],
    ['Reference', null, null, 1],
  ])
  expect(shown('cells', 2)).toHaveLength(4)
  expect(shown('answers', 3)).toEqual([['total', '1000.00', null, 1]])
  expect(shown('signatures', 3)).toEqual([[null, null, null, 1]])
  expect(shown('lines', 2).map(([, text]) => text)).toEqual(['Tea        400.00', 'Cups (blue)        600.00'])
  expect(shown('fields', 2)).toEqual([])
})

function asObject(value: Json) {
  if (!isJsonObject(value)) throw new RangeError('It is an object')
  return value
}
