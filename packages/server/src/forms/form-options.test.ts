import { expect, test } from 'vitest'
import { textOn } from './form-options.ts'

test.each([
  ['#000000', '#ffffff'],
  ['#1f2937', '#ffffff'],
  ['#2563eb', '#ffffff'],
  ['#FACC15', '#000000'],
  ['#ffffff', '#000000'],
])('the text on a button of the color %s is %s', (color, text) => {
  expect(textOn(color)).toBe(text)
})
