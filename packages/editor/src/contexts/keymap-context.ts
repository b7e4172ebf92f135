import { createContext } from 'react'
import { DEFAULT_KEYMAP, type KeyBinding } from './keymap.ts'

interface KeymapValue {
  readonly keymap: readonly KeyBinding[]
  readonly isApple: boolean
}

export const KeymapContext = createContext<KeymapValue>({ keymap: DEFAULT_KEYMAP, isApple: false })
