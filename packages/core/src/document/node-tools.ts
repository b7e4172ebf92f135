import { isJsonObject, type Json, type JsonObject } from '../json.ts'

/** The part of a manifest entry that says where its nodes list their tools. */
export interface ToolListingType {
  /** Name of the param that lists tools; absent for a type without tools. */
  readonly callsFrom?: string
}

/** A tool that a node names in its params: a node type, with the params that the author has fixed. */
export interface NodeTool {
  /** Position in the list. */
  readonly index: number
  /** Path of the tool in the params of the node. */
  readonly path: readonly [param: string, index: number]
  /** Name by which a model calls the tool; empty without one. */
  readonly name: string
  /** Type of the node to run. */
  readonly nodeType: string
  /** Version of that type. */
  readonly typeVersion: number
  /** Params that the author has fixed, with their templates. */
  readonly params: JsonObject
  /** Names of the params that are left to the model. */
  readonly open: readonly string[]
}

/**
 * Returns the tools that a node names, for checks and plans. Entries that do not name a node type and a version are left
 * out: the schema of the param reports them.
 *
 * @param type - Manifest entry of the node.
 * @param params - Params of the node in the document.
 */
export function toolsOf({ callsFrom }: ToolListingType, params: JsonObject): readonly NodeTool[] {
  const listed = callsFrom === undefined ? undefined : params[callsFrom]
  if (callsFrom === undefined || !Array.isArray(listed)) return []
  return (listed as readonly Json[]).flatMap((tool, index): readonly NodeTool[] => {
    if (!isJsonObject(tool)) return []
    const { name, nodeType, typeVersion, params: fixed, open } = tool
    if (typeof nodeType !== 'string' || typeof typeVersion !== 'number') return []
    return [
      {
        ...{ index, path: [callsFrom, index], nodeType, typeVersion },
        name: typeof name === 'string' ? name : '',
        params: isJsonObject(fixed) ? fixed : {},
        open: isJsonObject(open) ? Object.keys(open) : [],
      },
    ]
  })
}
