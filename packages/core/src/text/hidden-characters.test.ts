import { expect, test } from 'vitest'
import { hasHiddenCharacters, withoutHiddenCharacters } from './hidden-characters.ts'

test.each([
  ['a line break', 'Send\nmail'],
  ['a tab', 'Send\tmail'],
  ['a NUL', 'Send\0mail'],
  ['a zero-width space', 'Send\u200Bmail'],
  ['an override of direction', 'Send\u202Email'],
  ['an isolate', 'Send\u2066mail'],
  ['a byte order mark', 'Send\uFEFFmail'],
  ['a tag character', 'Send\u{E0041}mail'],
  ['several, with spaces', ' Send \u200B\u200B mail\n'],
])('%s is hidden, once and again', (_title, name) => {
  expect([hasHiddenCharacters(name), hasHiddenCharacters(name)]).toEqual([true, true])
  expect(withoutHiddenCharacters(name)).toBe('Send mail')
})

test.each(['Send mail', 'إرسال بريد', '送信', 'Émoji 👩\u200D💻', 'नमस्\u200Cते', ''])('%j is seen as it is', (name) => {
  expect(hasHiddenCharacters(name)).toBe(false)
  expect(withoutHiddenCharacters(name)).toBe(name)
})
