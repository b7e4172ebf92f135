import { PORT_NAME_PATTERN } from '../ids.ts'
import type { PortDefinition, PortsFromParam } from './definition.ts'
import { isPortsFromParam } from './definition-parts.ts'

/**
 * The ports that a node has with its params, in order; the reserved port `error` is not among them.
 *
 * Items without a usable name, and a name that already stands, are left out: a draft may hold them, and the
 * params schema reports them.
 */
export function listPorts(
  ports: readonly (PortDefinition | PortsFromParam)[],
  params: Readonly<Record<string, unknown>>,
): readonly PortDefinition[] {
  const byName = new Map<string, PortDefinition>()
  for (const port of ports) {
    for (const candidate of isPortsFromParam(port) ? readPorts(port, params) : [port]) {
      if (!byName.has(candidate.name)) byName.set(candidate.name, candidate)
    }
  }
  return [...byName.values()]
}

function readPorts(
  { each, id, title }: PortsFromParam,
  params: Readonly<Record<string, unknown>>,
): readonly PortDefinition[] {
  const items = params[each.slice('params.'.length)]
  if (!Array.isArray(items)) return []
  return items.flatMap((item: unknown) => {
    const name = readText(item, id)
    if (name === undefined || !PORT_NAME_PATTERN.test(name) || name === 'error') return []
    return [{ name, title: readText(item, title) ?? name }]
  })
}

function readText(item: unknown, key: string): string | undefined {
  if (typeof item !== 'object' || item === null) return undefined
  const value = (item as Readonly<Record<string, unknown>>)[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}
