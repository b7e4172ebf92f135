import { describe, expect, test } from 'vitest'
import { decodeText, isTextType, mediaTypeOf } from './decode-text.ts'

const bytesOf = (...bytes: readonly number[]) => new Uint8Array(bytes)
const ascii = (text: string) => [...text].map((character) => character.charCodeAt(0))

describe('decodeText', () => {
  test.each<[string, Uint8Array, string, string]>([
    ['text/plain; charset=iso-8859-1', bytesOf(0x47, 0x72, 0xfc, 0xdf, 0x65), 'Grüße', 'iso-8859-1'],
    ['text/plain; charset="ISO-8859-1"', bytesOf(0xfc), 'ü', 'iso-8859-1'],
    ['text/plain; Charset = latin1 ; a=b', bytesOf(0xfc), 'ü', 'latin1'],
    ['text/plain; charset=windows-1252', bytesOf(0x80, 0x81, 0x9f, 0xfc), '€\x81Ÿü', 'windows-1252'],
    ['text/html; charset=shift_jis', bytesOf(0x93, 0xfa, 0x96, 0x7b), '日本', 'shift_jis'],
    ['text/html; charset=gb18030', bytesOf(0xc4, 0xe3), '你', 'gb18030'],
    ['text/html; charset=koi8-r', bytesOf(0xd4), 'т', 'koi8-r'],
    ['', bytesOf(0xc3, 0xbc), 'ü', 'utf-8'],
    ['', bytesOf(), '', 'utf-8'],
    ['', bytesOf(0xef, 0xbb, 0xbf, 0x61), 'a', 'utf-8'],
    ['text/plain', bytesOf(0xff, 0xfe, 0xfc, 0x00), 'ü', 'utf-16le'],
    ['text/plain', bytesOf(0xfe, 0xff, 0x00, 0xfc), 'ü', 'utf-16be'],
    ['text/plain; charset=utf-16', bytesOf(0xfe, 0xff, 0x00, 0xfc), 'ü', 'utf-16be'],
    ['text/plain; charset=utf-16', bytesOf(0xfc, 0x00), 'ü', 'utf-16'],
    ['text/html', bytesOf(...ascii('<meta charset="iso-8859-1">'), 0xfc), '<meta charset="iso-8859-1">ü', 'iso-8859-1'],
    [
      'text/html',
      bytesOf(...ascii('<meta http-equiv=x content="text/html; charset=latin1">'), 0xfc),
      '<meta http-equiv=x content="text/html; charset=latin1">ü',
      'latin1',
    ],
    [
      'application/xml',
      bytesOf(...ascii('<?xml version="1.0" encoding="ISO-8859-1"?>'), 0xfc),
      '<?xml version="1.0" encoding="ISO-8859-1"?>ü',
      'ISO-8859-1',
    ],
    ['text/html', bytesOf(...ascii('<p>'), 0xc3, 0xbc), '<p>ü', 'utf-8'],
    ['text/plain', bytesOf(...ascii('<meta charset=latin1>'), 0xc3, 0xbc), '<meta charset=latin1>ü', 'utf-8'],
  ])('%s: %j is %j in %s', (contentType, bytes, text, charset) => {
    expect(decodeText(bytes, contentType)).toEqual({ ok: true, text, charset })
  })

  test('the header goes before what the page says', () => {
    const bytes = bytesOf(...ascii('<meta charset=latin1>'), 0xc3, 0xbc)
    expect(decodeText(bytes, 'text/html; charset=utf-8')).toMatchObject({ text: '<meta charset=latin1>ü' })
  })

  test.each([
    ['text/plain', bytesOf(0xfc), 'bytes_invalid', 'utf-8'],
    ['text/plain; charset=utf-8', bytesOf(0x61, 0xc3), 'bytes_invalid', 'utf-8'],
    ['application/pdf', bytesOf(...ascii('%PDF-1.7\n%'), 0xe2, 0xe3, 0xcf, 0xd3), 'bytes_invalid', 'utf-8'],
    ['text/plain; charset=klingon', bytesOf(0x61), 'charset_unknown', 'klingon'],
  ])('%s: %j is a fault', (contentType, bytes, fault, charset) => {
    expect(decodeText(bytes, contentType)).toEqual({ ok: false, fault, charset })
  })

  test('without a type it is UTF-8', () => expect(decodeText(bytesOf(0x61))).toMatchObject({ text: 'a' }))
})

test.each([
  ['', true],
  ['text/html', true],
  ['application/json', true],
  ['application/problem+json', true],
  ['image/svg+xml', true],
  ['application/x-ndjson', true],
  ['application/pdf', false],
  ['application/octet-stream', false],
  ['image/png', false],
  ['multipart/form-data', false],
])('isTextType %s: %s', (mediaType, isText) => expect(isTextType(mediaType)).toBe(isText))

test('mediaTypeOf leaves parameters out', () => {
  expect(mediaTypeOf('Text/HTML ; charset=x')).toBe('text/html')
  expect(mediaTypeOf(undefined)).toBe('')
})
