import { connectionParamOf, nodeTypeKey, secretParamsOf, toolsOf } from '@tenon/core/document'
import { faultOfTool, type NodeManifest, type NodeManifestEntry, type NodeTypeRef } from '@tenon/core/node'
import type { SurveyedNode } from '@tenon/core/validate'
import { createIssueList, type IssueList } from './compile-issues.ts'
import { compilePolicy } from './compile-policy.ts'
import { entryOf } from './lookup.ts'
import type { CallableType, Plan } from './plan.ts'

/** Returns the keys of the node types that a node may call, ascending: those of its type, and its tools. */
export function calledKeys(entry: NodeManifestEntry, params: SurveyedNode['params']): readonly string[] {
  const tools = toolsOf(entry, params).map(({ nodeType, typeVersion }) => nodeTypeKey(nodeType, typeVersion))
  const keys = [...keysOf(entry.calls), ...tools]
  return [...new Set(keys)].sort()
}

function keysOf(calls: readonly NodeTypeRef[] = []): readonly string[] {
  return calls.map(({ type, version }) => nodeTypeKey(type, version)).sort()
}

/** Reports tools whose node type the manifest does not have, or which cannot be tools. */
export function checkTools(
  nodes: readonly SurveyedNode[],
  manifest: Pick<NodeManifest, 'nodes'>,
  issues: IssueList,
): void {
  for (const { node, entry, params } of nodes) {
    if (entry?.callsFrom === undefined) continue
    const types = new Map(manifest.nodes.map((type) => [nodeTypeKey(type.type, type.version), type]))
    for (const { path, nodeType, typeVersion } of toolsOf(entry, params)) {
      const type = types.get(nodeTypeKey(nodeType, typeVersion))
      const fault = type === undefined ? null : faultOfTool(type)
      const at = ['nodes', node.id, 'params', ...path, 'nodeType']
      const name = `"${nodeType}" version ${typeVersion}`
      if (type === undefined) issues.add(at, 'TOOL_TYPE_UNKNOWN', `"${node.id}" has a tool of the unknown type ${name}`)
      else if (fault !== null) issues.add(at, 'TOOL_TYPE_INVALID', `"${node.id}": ${name} cannot be a tool: ${fault}`)
    }
  }
}

/**
 * Returns the connections that an author has chosen for the tools of a node, by the key of the type of the tool.
 *
 * @returns `undefined` for none.
 */
export function connectionsOfTools(
  { entry, params }: Pick<SurveyedNode, 'entry' | 'params'>,
  manifest: Pick<NodeManifest, 'nodes'>,
): Readonly<Record<string, readonly string[]>> | undefined {
  const chosen = new Map<string, Set<string>>()
  for (const { nodeType, typeVersion, params: fixed } of toolsOf(entry as NodeManifestEntry, params)) {
    const key = nodeTypeKey(nodeType, typeVersion)
    // Nodes and tools of unknown types were refused before.
    const type = manifest.nodes.find((each) => nodeTypeKey(each.type, each.version) === key) as NodeManifestEntry
    const param = connectionParamOf(type.params)
    const connection = param === null ? undefined : fixed[param]
    if (typeof connection !== 'string' || connection === '') continue
    chosen.set(key, (chosen.get(key) ?? new Set()).add(connection))
  }
  if (chosen.size === 0) return undefined
  return Object.fromEntries([...chosen.keys()].sort().map((key) => [key, [...entryOf(chosen, key)].sort()]))
}

/**
 * Compiles the node types that nodes of a document call, also through others.
 *
 * @param nodes - Nodes of the document.
 * @returns Absent if none of them calls any, so that plans without calls stay the same.
 */
export function compileCallable(
  nodes: readonly Pick<SurveyedNode, 'entry' | 'params'>[],
  manifest: Pick<NodeManifest, 'nodes'>,
): Pick<Plan, 'callable'> {
  // Nodes of unknown types were refused before.
  const open = nodes.flatMap(({ entry, params }) => calledKeys(entry as NodeManifestEntry, params))
  if (open.length === 0) return {}
  const byKey = new Map(manifest.nodes.map((entry) => [nodeTypeKey(entry.type, entry.version), entry]))
  const found = new Map<string, CallableType>()
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const entry = byKey.get(key)
    // A registry has all of them; a manifest of another server may not.
    if (entry === undefined || found.has(key)) continue
    const callable = compileType(entry)
    found.set(key, callable)
    open.push(...callable.calls)
  }
  return { callable: Object.fromEntries([...found.keys()].sort().map((key) => [key, entryOf(found, key)])) }
}

function compileType(entry: NodeManifestEntry): CallableType {
  const { type, version, effect, ports, calls, control } = entry
  const connectionParam = connectionParamOf(entry.params)
  const secretParams = secretParamsOf(entry.params)
  // The registry has checked the default policy of the type.
  const policy = compilePolicy(undefined, entry, createIssueList(), [], false)
  const { retry, timeoutMs, heartbeatMs, taskQueue, onError } = policy
  return {
    type,
    typeVersion: version,
    effect,
    ...(control === 'child' ? { control } : {}),
    ...(connectionParam === null ? {} : { connectionParam }),
    ...(secretParams.length === 0 ? {} : { secretParams }),
    ports: ports.flatMap((port) => ('name' in port ? [port.name] : [])),
    policy: { retry, timeoutMs, heartbeatMs, taskQueue, onError: onError === 'park' ? 'park' : 'fail' },
    calls: keysOf(calls),
  }
}
