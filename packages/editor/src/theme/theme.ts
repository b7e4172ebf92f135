import type { ColorToken, MeasureToken } from './tokens.ts'

/** Color modes of the editor; `system` follows the setting of the operating system. */
export const THEME_MODES = ['light', 'dark', 'system'] as const
/** One of {@link THEME_MODES}; `system` also follows later changes of the setting. */
export type ThemeMode = (typeof THEME_MODES)[number]

/**
 * Theme of a host: CSS values by token name, without the prefix `--tenon-`.
 *
 * Keep text pairs at a contrast of 4.5:1 or more; the default values do.
 *
 * @example
 * ```ts
 * const theme: Theme = { mode: 'system', light: { accent: '#0f766e' }, dark: { accent: '#5eead4' } }
 * ```
 */
export interface Theme {
  /** Theme to use; `system` follows the operating system. @defaultValue 'system' */
  readonly mode?: ThemeMode
  /** Measures, the same in both themes. */
  readonly tokens?: Partial<Readonly<Record<MeasureToken, string>>>
  /** Colors of the light theme that replace the defaults. */
  readonly light?: Partial<Readonly<Record<ColorToken, string>>>
  /** Colors of the dark theme that replace the defaults. */
  readonly dark?: Partial<Readonly<Record<ColorToken, string>>>
}

/**
 * Returns the custom properties that a theme sets on the root in one of the two modes.
 *
 * @param mode - The mode in effect: `system` already resolved.
 */
export function themeProperties(theme: Theme, mode: 'light' | 'dark'): Readonly<Record<`--tenon-${string}`, string>> {
  const values: Partial<Record<string, string>> = { ...theme.tokens, ...(mode === 'dark' ? theme.dark : theme.light) }
  const properties: Record<`--tenon-${string}`, string> = {}
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) properties[`--tenon-${name}`] = value
  }
  return properties
}
