import { ERROR_PORT } from '../document/ports.ts'
import type { SurveyedNode } from './survey.ts'

/** A port by which a run may continue. */
export interface ExitPort {
  readonly port: string
  /** True if the run always continues by it. */
  readonly isSure: boolean
}

/**
 * Returns the ports by which the run may continue. A disabled node only takes its first port; an error port without an
 * edge ends the run.
 */
export function exitPorts({ node, ports, portNames, outgoing, entry }: SurveyedNode): readonly ExitPort[] {
  const names: string[] = []
  for (const { name, isError } of ports) {
    if (!isError || outgoing.some(({ sourceHandle }) => sourceHandle === name)) names.push(name)
  }
  if (outgoing.some(({ sourceHandle }) => !portNames.has(sourceHandle))) {
    const unknown = new Set(outgoing.map(({ sourceHandle }) => sourceHandle).filter((port) => !portNames.has(port)))
    for (const port of unknown) names.push(port)
  }
  const [first] = names
  if (node.disabled) return first === undefined ? [] : [{ port: first, isSure: true }]
  const isFork = entry?.control === 'fork'
  const isOnly = entry !== undefined && names.length === 1
  return names.map((port) => ({ port, isSure: isOnly || (isFork && port !== ERROR_PORT) }))
}

/** Creates {@link exitPorts} for many nodes: those with the same ports share the result, if nothing else decides it. */
export function createExitPorts(): typeof exitPorts {
  const shared = new Map<SurveyedNode['ports'], readonly ExitPort[]>()
  return (surveyed) => {
    const { node, ports, portNames, outgoing } = surveyed
    const isPlain =
      node.disabled !== true &&
      !ports.some(({ isError }) => isError) &&
      outgoing.every(({ sourceHandle }) => portNames.has(sourceHandle))
    if (!isPlain) return exitPorts(surveyed)
    const known = shared.get(ports) ?? exitPorts(surveyed)
    shared.set(ports, known)
    return known
  }
}
