import { describe, expect, test } from 'vitest'
import { ACTION_NAMES } from './action-names.ts'
import { actionFor, DEFAULT_KEYMAP, mergeKeymap } from './keymap.ts'
import { chordLabel } from './shortcut-label.ts'

const press = (
  key: string,
  modifiers: Partial<Record<'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey', boolean>> = {},
) => ({
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  ...modifiers,
})
const onCanvas = { isTextEntry: false, isPanel: false, isElsewhere: false, isForm: false }

describe('actionFor', () => {
  test('Command and Control both mean Mod', () => {
    expect(actionFor(DEFAULT_KEYMAP, press('z', { metaKey: true }), onCanvas)).toBe('undo')
    expect(actionFor(DEFAULT_KEYMAP, press('z', { ctrlKey: true }), onCanvas)).toBe('undo')
    expect(actionFor(DEFAULT_KEYMAP, press('Z', { ctrlKey: true, shiftKey: true }), onCanvas)).toBe('redo')
  })

  test('a text field keeps its keys, except for bindings that say otherwise', () => {
    const inText = { isTextEntry: true, isPanel: true, isElsewhere: true, isForm: true }
    expect(actionFor(DEFAULT_KEYMAP, press('Backspace'), inText)).toBeNull()
    expect(actionFor(DEFAULT_KEYMAP, press('m', { metaKey: true, shiftKey: true }), inText)).toBe('show-problems')
  })

  test('Escape leaves a panel, also from a text field, and clears the selection elsewhere', () => {
    for (const isTextEntry of [true, false]) {
      expect(
        actionFor(DEFAULT_KEYMAP, press('Escape'), { isTextEntry, isPanel: true, isElsewhere: true, isForm: true }),
      ).toBe('leave-panel')
    }
    expect(actionFor(DEFAULT_KEYMAP, press('Escape'), onCanvas)).toBe('clear-selection')
  })

  test.each(['Delete', 'Backspace', 'd', 'c', 'ArrowLeft'])(
    '%s changes no node from a button beside the canvas',
    (key) => {
      const onButton = { isTextEntry: false, isPanel: false, isElsewhere: true, isForm: false }
      expect(actionFor(DEFAULT_KEYMAP, press(key), onCanvas)).not.toBeNull()
      expect(actionFor(DEFAULT_KEYMAP, press(key), onButton)).toBeNull()
      expect(actionFor(DEFAULT_KEYMAP, press('z', { ctrlKey: true }), onButton)).toBe('undo')
    },
  )

  test.each(['o', 'p', 'i', '/', '1', '-', '?'])('%s is no shortcut on a button of the inspector', (key) => {
    const inForm = { isTextEntry: false, isPanel: true, isElsewhere: true, isForm: true }
    expect(actionFor(DEFAULT_KEYMAP, press(key), onCanvas)).not.toBeNull()
    expect(actionFor(DEFAULT_KEYMAP, press(key), inForm)).toBeNull()
    expect(actionFor(DEFAULT_KEYMAP, press('z', { metaKey: true }), inForm)).toBe('undo')
    expect(actionFor(DEFAULT_KEYMAP, press('F2'), inForm)).toBe('rename')
  })

  test("copy, cut and paste are listed and left to the browser's own events", () => {
    for (const [key, action] of [
      ['c', 'copy'],
      ['x', 'cut'],
      ['v', 'paste'],
    ] as const) {
      expect(DEFAULT_KEYMAP.some((binding) => binding.action === action && binding.keys === `Mod+${key}`)).toBe(true)
      expect(actionFor(DEFAULT_KEYMAP, press(key, { ctrlKey: true }), onCanvas)).toBeNull()
    }
  })

  test('a key with a modifier that is not bound is left to the host', () => {
    expect(actionFor(DEFAULT_KEYMAP, press('d', { altKey: true }), onCanvas)).toBeNull()
  })
})

describe('mergeKeymap', () => {
  test("a host's binding replaces all keys of that action", () => {
    const keymap = mergeKeymap([{ keys: 'x', action: 'delete' }])
    expect(actionFor(keymap, press('x'), onCanvas)).toBe('delete')
    expect(actionFor(keymap, press('Delete'), onCanvas)).toBeNull()
    expect(actionFor(keymap, press('/'), onCanvas)).toBe('quick-add')
  })
})

describe('DEFAULT_KEYMAP', () => {
  test('has a key for every action, so that the list of keys is complete', () => {
    const bound = new Set(DEFAULT_KEYMAP.map((binding) => binding.action))
    expect(ACTION_NAMES.filter((action) => !bound.has(action))).toEqual([])
  })
})

describe('chordLabel', () => {
  test('prints keys as the keyboard labels them', () => {
    expect(chordLabel('Mod+Shift+z', true)).toBe('⌘ ⇧ Z')
    expect(chordLabel('Mod+Shift+z', false)).toBe('Ctrl Shift Z')
    expect(chordLabel('Shift++', false)).toBe('Shift +')
    expect(chordLabel('+', false)).toBe('+')
  })
})
