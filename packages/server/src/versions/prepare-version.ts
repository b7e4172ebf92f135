import { setImmediate } from 'node:timers/promises'
import {
  behaviorHash,
  canonicalText,
  contentHash,
  nodeTypeKey,
  sha256Hex,
  type WorkflowDocument,
} from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { checkWorkflowInSlices } from '@tenon/core/validate'
import { compile, type PinnedWorkflow } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import type { DraftState } from '../drafts/read-draft-state.ts'
import { MAX_ISSUES, serverIssue } from '../server-issue.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { secretIssues, triggerIssues } from '../triggers/check-triggers.ts'
import { pinWorkflows } from './pin-workflows.ts'

/** A draft that has been checked and compiled. */
export interface PreparedVersion {
  readonly contentHash: string
  readonly behaviorHash: string
  /** JSON, as the columns of a version hold it. */
  readonly document: string
  readonly plan: string
  readonly lockfile: string
  /** Versions of the workflows that the document runs, by workflow id. */
  readonly workflows: Readonly<Record<string, PinnedWorkflow>>
}

/**
 * Checks and compiles a draft, in slices: other requests are answered in between. Call it outside of transactions.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with every error found (details: `issues`, at most 200), also for a
 * draft of which something cannot be read, and for workflows that it cannot run.
 */
export async function prepareVersion(
  server: ServerContext,
  ref: DraftRef,
  state: DraftState,
): Promise<PreparedVersion> {
  const { document, losses } = state
  const { manifest } = server.registry
  const { issues, survey } = await checkWorkflowInSlices(document, manifest, {
    isParsed: true,
    pause: () => setImmediate(),
  })
  const errors = issues.filter(({ severity }) => severity === 'error')
  refuse([
    ...losses.map(({ part, key, message }) => serverIssue('DRAFT_UNREADABLE', [part, key], message, { part, key })),
    ...errors.map((issue) => ({
      path: issue.nodeId === undefined ? [] : ['nodes', issue.nodeId, ...(issue.path ?? [])],
      code: issue.code,
      message: issue.message,
      ...(issue.values === undefined ? {} : { values: issue.values }),
    })),
  ])
  refuse(triggerIssues(manifest, document))
  refuse(await secretIssues(server, ref.tenantId, document))
  const pinned = await pinWorkflows(server, ref, document)
  refuse(pinned.issues)
  const { workflows } = pinned
  await setImmediate()
  const plan = JSON.stringify(compile(document, manifest, survey ?? undefined, workflows))
  await setImmediate()
  return {
    contentHash: contentHash(document),
    behaviorHash: behaviorHash(document),
    document: JSON.stringify(document),
    plan,
    lockfile: JSON.stringify(lockfileOf(server, document, workflows)),
    workflows,
  }
}

function refuse(issues: readonly ProblemIssue[]): void {
  const [first] = issues
  if (first === undefined) return
  const count = issues.length === 1 ? 'one problem' : `${issues.length} problems`
  throw new TenonError('WORKFLOW_INVALID', `The workflow has ${count}: ${first.message}`, {
    details: { issues: issues.slice(0, MAX_ISSUES) },
  })
}

/** References of the document, by hash: the node types, and the versions of the workflows that it runs. */
function lockfileOf(
  server: ServerContext,
  document: WorkflowDocument,
  workflows: Readonly<Record<string, PinnedWorkflow>>,
) {
  const used = new Set(document.nodes.map((node) => nodeTypeKey(node.type, node.typeVersion)))
  const entries = server.registry.manifest.nodes
    .map((entry) => [nodeTypeKey(entry.type, entry.version), entry] as const)
    .filter(([name]) => used.has(name))
    .map(([name, entry]) => [name, sha256Hex(canonicalText(entry))])
  return { lockfileVersion: 1, nodeTypes: Object.fromEntries(entries), workflows }
}
