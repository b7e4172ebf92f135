import { nodeTypeKey } from '@tenon/core/document'
import type { NodeManifest, NodeManifestEntry, NodeTypeRef } from '@tenon/core/node'
import { createIssueList } from './compile-issues.ts'
import { compilePolicy } from './compile-policy.ts'
import { entryOf } from './lookup.ts'
import type { CallableType, Plan } from './plan.ts'

/** Returns the keys of the node types that a type may call, ascending. */
export function calledKeys(calls: readonly NodeTypeRef[] = []): readonly string[] {
  return calls.map(({ type, version }) => nodeTypeKey(type, version)).sort()
}

/**
 * Compiles the node types that nodes of a document call, also through others.
 *
 * @param types - Types of the nodes of the document.
 * @returns Absent if none of them calls any, so that plans without calls stay the same.
 */
export function compileCallable(
  types: readonly NodeManifestEntry[],
  manifest: Pick<NodeManifest, 'nodes'>,
): Pick<Plan, 'callable'> {
  const open = types.flatMap(({ calls }) => calledKeys(calls))
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
  // The registry has checked the default policy of the type.
  const policy = compilePolicy(undefined, entry, createIssueList(), [], false)
  const { retry, timeoutMs, heartbeatMs, taskQueue, onError } = policy
  return {
    type,
    typeVersion: version,
    effect,
    ...(control === 'child' ? { control } : {}),
    ports: ports.flatMap((port) => ('name' in port ? [port.name] : [])),
    policy: { retry, timeoutMs, heartbeatMs, taskQueue, onError: onError === 'park' ? 'park' : 'fail' },
    calls: calledKeys(calls),
  }
}
