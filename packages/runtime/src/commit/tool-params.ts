import { isJsonObject, type Json, type JsonObject, type ParamPath } from '@tenon/core/document'
import type { SinkName } from '@tenon/core/evaluate'
import { paramSink } from '@tenon/core/validate'
import type { NodeType } from './node-types.ts'

type ToolTypes = Pick<NodeType, 'typeOf'>

/**
 * Returns the parts of tools in which templates are evaluated: their descriptions, and the params that are no literals of
 * their types.
 */
export function resolvableTools(tools: Json | undefined, { typeOf }: ToolTypes): Json {
  return toolList(tools).map((tool) => {
    const { description = '', params } = tool
    const type = typeOfTool(tool, { typeOf })
    const isResolved = ([name]: readonly [string, Json]) => type !== undefined && !type.literalParams.has(name)
    return { description, params: Object.fromEntries(Object.entries(objectOf(params)).filter(isResolved)) }
  })
}

/** Puts evaluated parts back into their tools. */
export function withResolvedTools(tools: Json | undefined, resolved: Json | undefined): Json {
  const parts = toolList(resolved)
  return toolList(tools).map((tool, index) => {
    const { description = '', params = {} } = parts[index] ?? {}
    return { ...tool, description, params: { ...objectOf(tool.params), ...objectOf(params) } }
  })
}

/** Returns the sink of a text in the params of a tool, as the node type of the tool declares it. */
export function toolSink(tools: Json | undefined, path: ParamPath, types: ToolTypes): SinkName | null {
  const [, index, part, ...rest] = path
  const tool = toolList(tools)[Number(index)]
  const type = tool === undefined || part !== 'params' ? undefined : typeOfTool(tool, types)
  return type === undefined ? null : paramSink(type.paramsSchema, objectOf(tool?.params), rest)
}

function typeOfTool({ nodeType, typeVersion }: JsonObject, { typeOf }: ToolTypes): NodeType | undefined {
  return typeOf(String(nodeType), Number(typeVersion))
}

function toolList(tools: Json | undefined): readonly JsonObject[] {
  return Array.isArray(tools) ? tools.map(objectOf) : []
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
