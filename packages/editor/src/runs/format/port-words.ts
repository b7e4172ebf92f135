import { ALL_PORTS } from '@tenon/core/run'
import type { Translate } from '../../messages/format.ts'

/** Formats the port by which the run continued; empty for the only port of a node, which needs no name. */
export function portWords(port: string | null, t: Translate): string {
  if (isOnlyPort(port)) return ''
  return port === ALL_PORTS ? t('runs.allPorts') : port
}

/** The same as part of a sentence: `the "fail" port`. */
export function portPhrase(port: string | null, t: Translate): string {
  if (isOnlyPort(port)) return ''
  return port === ALL_PORTS ? t('runs.allPorts') : t('runs.namedPort', { port })
}

function isOnlyPort(port: string | null): port is 'success' | 'end' | null {
  return port === null || port === 'success' || port === 'end'
}
