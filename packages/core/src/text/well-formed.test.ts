import { expect, test } from 'vitest'
import { isWellFormed, repairText, textFault, toWellFormed } from './well-formed.ts'

test.each([
  ['', true],
  ['a😀b\0', true],
  ['\ud83d', false],
  ['a\ude00', false],
  ['\ude00\ud83d', false],
])('isWellFormed(%j) is %s', (text, expected) => {
  expect(isWellFormed(text)).toBe(expected)
})

test.each([
  ['a😀b', 'a😀b', 'a😀b'],
  ['a\ud83d', 'a\uFFFD', 'a\uFFFD'],
  ['\ude00\ud83d!', '\uFFFD\uFFFD!', '\uFFFD\uFFFD!'],
  ['a\0b\0', 'a\0b\0', 'a\u2400b\u2400'],
  ['\0\ud800', '\0\uFFFD', '\u2400\uFFFD'],
])('%j becomes well-formed as %j and is repaired as %j', (text, wellFormed, repaired) => {
  expect(toWellFormed(text)).toBe(wellFormed)
  expect(repairText(text)).toBe(repaired)
})

test.each([
  ['fine 😀\n', null],
  ['a\0', 'has a NUL character'],
  ['\udfff', 'has a lone surrogate'],
])('textFault(%j) is %j', (text, fault) => {
  expect(textFault(text)).toBe(fault)
})
