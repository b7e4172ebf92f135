import type { NodeManifest, NodeManifestEntry } from '../../node/definition.ts'
import { inlineRefs } from '../inline-refs.ts'
import { asObject, objectFacts } from '../schema-facts.ts'

/** Node types that an extraction adds. */
export interface ExtractionTypes {
  readonly start: NodeManifestEntry
  /** Port of a start. */
  readonly startPort: string
  /** Param of a start with the schema of its input. */
  readonly schemaParam: string
  readonly end: NodeManifestEntry
  readonly call: NodeManifestEntry
  /** Port of a call. */
  readonly callPort: string
  /** Fields that a call adds to `input`. */
  readonly callKeys: ReadonlySet<string>
}

const hasParams = ({ params }: NodeManifestEntry, ...names: readonly string[]): boolean => {
  const properties = asObject(asObject(params)?.properties)
  return names.every((name) => properties?.[name] !== undefined)
}

/** Returns the first port of a type; `undefined` if only the params of a node name it. */
function portOf({ ports }: NodeManifestEntry): string | undefined {
  const [first] = ports
  return first === undefined || 'each' in first ? undefined : first.name
}

/** Finds the latest types of the manifest that an extraction adds; `null` if the host does not have them all. */
export function extractionTypes({ nodes }: Pick<NodeManifest, 'nodes'>): ExtractionTypes | null {
  const latest = (isWanted: (entry: NodeManifestEntry) => boolean) =>
    nodes
      .filter(isWanted)
      .reduce<NodeManifestEntry | undefined>(
        (best, entry) =>
          best === undefined || (entry.type === best.type && entry.version > best.version) ? entry : best,
        undefined,
      )
  // Another workflow starts its runs, and no message, time or form.
  const start = latest(
    (entry) => entry.control === 'trigger' && entry.trigger === undefined && schemaParamOf(entry) !== undefined,
  )
  const end = latest((entry) => entry.control === 'end' && hasParams(entry, 'output'))
  const call = latest(
    (entry) => entry.control === 'child' && portOf(entry) !== undefined && hasParams(entry, 'workflow', 'input'),
  )
  if (start === undefined || end === undefined || call === undefined) return null
  const callPort = portOf(call) as string
  const output = call.outputs[callPort]
  const schema = asObject(output as never)
  const facts = objectFacts(inlineRefs(schema ?? true))
  return {
    start,
    startPort: portOf(start) as string,
    schemaParam: schemaParamOf(start) as string,
    end,
    call,
    callPort,
    callKeys: new Set(facts.fields.keys()),
  }
}

/** Returns the param with the schema of the output of a trigger. */
function schemaParamOf(entry: NodeManifestEntry): string | undefined {
  const output = entry.outputs[portOf(entry) ?? '']
  return typeof output === 'object' && 'fromParam' in output && output.as === undefined
    ? String(output.fromParam)
    : undefined
}
