import { ALL_PORTS } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'

/** A port as the run left by it; empty for the only way out, which needs no word. */
export function portWords(port: string | null, t: Translate): string {
  if (port === null || port === 'success' || port === 'end') return ''
  return port === ALL_PORTS ? t('runs.allPorts') : port
}
