import { ERROR_PORT, PORT_NAME_PATTERN } from '@tenon/core/document'

/** Generated names of ports; naming the case replaces them. */
export const UNNAMED_PORT = /^way_\d+$/

export function unusedPort(taken: readonly string[]): string {
  let count = taken.length + 1
  while (taken.includes(`way_${count}`)) count += 1
  return `way_${count}`
}

/** Converts "VIP customers" to `vip_customers`; `null` if no letter remains. */
export function portFromTitle(title: string): string | null {
  const port = title
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+/, '')
    .replace(/_+$/, '')
    .slice(0, 40)
  return PORT_NAME_PATTERN.test(port) && port !== ERROR_PORT ? port : null
}
