import { useContext } from 'react'
import type { ActionName } from './action-names.ts'
import type { KeyBinding, KeyChord } from './keymap.ts'
import { KeymapContext } from './keymap-context.ts'

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Delete: 'Del',
  Backspace: '⌫',
  Escape: 'Esc',
  Enter: '↵',
  '-': '−',
}

/** Formats a chord as printed on keys: `⇧ ⌘ Z` on Apple keyboards, `Ctrl Shift Z` elsewhere. */
export function chordLabel(keys: KeyChord, isApple: boolean): string {
  const parts = keys === '+' ? ['+'] : keys.replace('++', '+plus').split('+')
  const shown = parts.map((part) => {
    if (part === 'plus') return '+'
    if (part === 'Mod') return isApple ? '⌘' : 'Ctrl'
    if (part === 'Shift') return isApple ? '⇧' : 'Shift'
    if (part === 'Alt') return isApple ? '⌥' : 'Alt'
    return SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part)
  })
  return shown.join(' ')
}

/** Returns the label of the first key of an action; `undefined` if it has none. */
function shortcutOf(keymap: readonly KeyBinding[], action: ActionName, isApple: boolean): string | undefined {
  const binding = keymap.find((candidate) => candidate.action === action)
  return binding === undefined ? undefined : chordLabel(binding.keys, isApple)
}

/** Returns the label of the first key of an action in this editor. */
export function useShortcut(action: ActionName): string | undefined {
  const { keymap, isApple } = useContext(KeymapContext)
  return shortcutOf(keymap, action, isApple)
}
