import { describe, expect, test } from 'vitest'
import { decideType, isTypeAllowed, normalType } from './decide-type.ts'

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'

describe('decideType', () => {
  test.each([
    ['application/pdf', 'application/pdf', 'application/pdf'],
    ['Application/X-PDF; charset=binary', 'application/pdf', 'application/pdf'],
    ['', 'image/png', 'image/png'],
    ['application/octet-stream', null, 'application/octet-stream'],
    ['text/csv', null, 'text/csv'],
    ['image/svg+xml', 'application/xml', 'image/svg+xml'],
    ['image/jpg', 'image/jpeg', 'image/jpeg'],
    ['audio/mp4', 'video/mp4', 'audio/mp4'],
    ['text/ü', null, 'application/octet-stream'],
    ['text/a\r\nx: y', 'image/png', 'image/png'],
    [`text/${'x'.repeat(123)}`, null, 'application/octet-stream'],
    ['image/png', null, null],
    ['application/pdf', null, null],
    ['image/png', 'text/html', null],
    ['text/csv', 'application/zip', null],
    ['application/pdf', 'application/x-msdownload', null],
    [DOCX, 'application/zip', DOCX],
  ])('declared as "%s" and found as %s: %s', (declared, found, expected) => {
    expect(decideType(declared, found)).toBe(expected)
  })
})

test.each([
  ['image/png', ['image/*'], true],
  ['image/png', ['application/pdf', 'IMAGE/PNG'], true],
  ['imagex/png', ['image/*'], false],
  ['text/html', ['*/*'], true],
  ['text/html', [], false],
])('isTypeAllowed: %s among %j is %s', (type, allowed, expected) => {
  expect(isTypeAllowed(type, allowed)).toBe(expected)
})

test('normalType drops parameters, and names an empty type', () => {
  expect(normalType('Text/HTML; charset=utf-8')).toBe('text/html')
  expect(normalType(' ')).toBe('application/octet-stream')
})
