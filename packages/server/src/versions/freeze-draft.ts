import type { Identity } from '@tenon/core/api'
import { canonicalText, contentHash, planHash, sha256Hex, type WorkflowDocument } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { validateWorkflow } from '@tenon/core/validate'
import { compile } from '@tenon/runtime/interpreter'
import type { ServerContext } from '../context.ts'
import type { VersionRow } from '../tables/server-tables.ts'

/** What a version is made from. */
export interface Freezing {
  readonly workflowId: string
  readonly identity: Identity
  readonly document: WorkflowDocument
  /** Null for a tried draft. */
  readonly number: number | null
  readonly notes: string
}

/**
 * Makes a version of a document: checked, compiled, and pinned by the hashes of everything that it refers to. Nothing
 * of it changes later, whatever happens to the draft or to the node types.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with every error found.
 */
export function freezeDraft(server: ServerContext, freezing: Freezing): VersionRow {
  const { document, identity, number } = freezing
  const { manifest } = server.registry
  checkWorkflow(server, document)
  return {
    tenant_id: identity.tenantId,
    workflow_id: freezing.workflowId,
    version: number === null ? `test:${crypto.randomUUID()}` : String(number),
    number,
    notes: freezing.notes,
    content_hash: contentHash(document),
    plan_hash: planHash(document),
    document: JSON.stringify(document),
    plan: JSON.stringify(compile(document, manifest)),
    lockfile: JSON.stringify(lockfileOf(server, document)),
    published_at: server.now(),
    publisher_id: identity.userId,
    publisher_name: identity.displayName,
  }
}

function checkWorkflow(server: ServerContext, document: WorkflowDocument): void {
  const errors = validateWorkflow(document, server.registry.manifest).filter((issue) => issue.severity === 'error')
  if (errors.length === 0) return
  const issues: ProblemIssue[] = errors.slice(0, 200).map((issue) => ({
    path: issue.nodeId === undefined ? [] : ['nodes', issue.nodeId, ...(issue.field?.split('.') ?? [])],
    code: issue.code,
    message: issue.message,
  }))
  const count = errors.length === 1 ? 'one problem' : `${errors.length} problems`
  throw new TenonError('WORKFLOW_INVALID', `The workflow has ${count}: ${issues[0]?.message ?? ''}`, {
    details: { issues },
  })
}

/** What the document refers to, by hash: today the node types; sub-workflows and templates join them here. */
function lockfileOf(server: ServerContext, document: WorkflowDocument) {
  const used = new Set(document.nodes.map((node) => `${node.type}@${node.typeVersion}`))
  const entries = server.registry.manifest.nodes
    .map((entry) => [`${entry.type}@${entry.version}`, entry] as const)
    .filter(([name]) => used.has(name))
    .map(([name, entry]) => [name, sha256Hex(canonicalText(entry))])
  return { lockfileVersion: 1, nodeTypes: Object.fromEntries(entries) }
}
