import type { PortDefinition, PortsFromParam } from './definition.ts'

/** Checks for ports from a list in the params, one for each of its items. */
export function isPortsFromParam(port: PortDefinition | PortsFromParam): port is PortsFromParam {
  return 'each' in port
}

/** Returns the params that a summary shows, in order: `"{method} {url}"` gives `['method', 'url']`. */
export function listSummaryPlaceholders(summary: string): readonly string[] {
  return Array.from(summary.matchAll(/(?<=\{)[^{}]*(?=\})/g), ([name]) => name)
}
