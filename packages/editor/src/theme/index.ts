export { THEME_MODES, type Theme, type ThemeMode, themeProperties } from './theme.ts'
export { COLOR_TOKENS, type ColorToken, MEASURE_TOKENS, type MeasureToken } from './tokens.ts'
