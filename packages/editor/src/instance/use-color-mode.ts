import { useCallback, useSyncExternalStore } from 'react'
import type { ThemeMode } from '../theme/theme.ts'

const DARK_QUERY = '(prefers-color-scheme: dark)'

/** Returns the effective color mode; `system` follows the reader's setting while mounted. */
export function useColorMode(mode: ThemeMode): 'light' | 'dark' {
  const subscribe = useCallback((onChange: () => void) => {
    const query = globalThis.matchMedia?.(DARK_QUERY)
    query?.addEventListener('change', onChange)
    return () => query?.removeEventListener('change', onChange)
  }, [])
  const prefersDark = useSyncExternalStore(
    subscribe,
    () => globalThis.matchMedia?.(DARK_QUERY).matches ?? false,
    () => false,
  )
  return mode === 'system' ? (prefersDark ? 'dark' : 'light') : mode
}
