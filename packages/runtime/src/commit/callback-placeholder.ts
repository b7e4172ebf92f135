import { createHash } from 'node:crypto'
import { iterationPathOf, type NodeRunId, nodeIdOf, nodeRunIdOf } from '@tenon/core/run'
import type { LevelIndex, PlanIndex } from '../interpreter/plan-index.ts'
import type { RunSession } from './session.ts'

/** Node run that waits for a callback, with the proof that its run has made the placeholder. */
export interface CallbackRef {
  /** Run of the node run. */
  readonly runId: string
  /** Node run that waits, or will. */
  readonly nodeRunId: NodeRunId
  /** Of {@link callbackProof}. */
  readonly proof: string
}

/**
 * Replaces a callback URL in templates, and so in the log: it has only characters that no sink encodes. It is replaced
 * by the URL in the params of a body, just before that runs.
 */
const PLACEHOLDER = /tenon-callback\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{22})/g

/**
 * Returns the proof of a placeholder, which only readers of the run log can know: the input of a run could contain a
 * placeholder of another one otherwise.
 *
 * @param seed - Of the `run_started` of the run.
 */
export function callbackProof(seed: string, nodeRunId: NodeRunId): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, nodeRunId]))
    .digest('base64url')
    .slice(0, 22)
}

/** Returns `run.callbackUrls` for a node run: placeholders by the ids of the nodes that wait for callbacks at its level or around it. */
export function callbackUrlsFor(
  { identity: { runId }, beginning, index }: RunSession,
  reader: NodeRunId,
): Readonly<Record<string, string>> | null {
  const nodes = index.allNodes().filter(({ control }) => control === 'callback')
  if (nodes.length === 0) return null
  const around = levelsAround(index, nodeIdOf(reader))
  const path = iterationPathOf(reader) ?? []
  const urls: Record<string, string> = {}
  for (const { id } of nodes) {
    const level = index.levelOf(id)
    // One inside a loop that the reader is not in runs once for each iteration.
    if (level === undefined || !around.includes(level)) continue
    const nodeRunId = nodeRunIdOf(id, path.slice(0, level.depth))
    const target = Buffer.from(JSON.stringify([runId, nodeRunId])).toString('base64url')
    urls[id] = `tenon-callback.${target}.${callbackProof(beginning?.seed ?? '', nodeRunId)}`
  }
  return urls
}

function levelsAround(index: PlanIndex, nodeId: string): readonly LevelIndex[] {
  const levels: LevelIndex[] = []
  let level = index.levelOf(nodeId)
  while (level !== undefined) {
    levels.push(level)
    level = level.loop?.level
  }
  return levels
}

/** Returns the placeholders in the texts of a value, by their text. */
export function placeholdersIn(value: unknown): ReadonlyMap<string, CallbackRef> {
  const found = new Map<string, CallbackRef>()
  for (const text of textsIn(value)) {
    for (const [placeholder, target = '', proof = ''] of text.matchAll(PLACEHOLDER)) {
      const ref = targetOf(target)
      if (ref !== null) found.set(placeholder, { ...ref, proof })
    }
  }
  return found
}

function targetOf(target: string): Omit<CallbackRef, 'proof'> | null {
  try {
    const [runId, nodeRunId] = JSON.parse(Buffer.from(target, 'base64url').toString('utf8')) as readonly unknown[]
    return typeof runId === 'string' && typeof nodeRunId === 'string' ? { runId, nodeRunId } : null
  } catch {
    return null
  }
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.includes('tenon-callback.') ? [value] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

/** Replaces texts in the texts of a value; objects other than plain ones and lists stay as they are. */
export function replaceTexts(value: unknown, replacements: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') {
    let text = value
    for (const [from, to] of replacements) text = text.replaceAll(from, to)
    return text
  }
  if (Array.isArray(value)) return value.map((item) => replaceTexts(item, replacements))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaceTexts(each, replacements)]))
}
